import Glibc

/// A file mapped read-only for as long as this object lives. Its pages are shared by all processes that map it.
final class MappedFile: Sendable {
    /// Never written to after `init` and unmapped only in `deinit`, so every thread may read it.
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    /// - Throws: `TableError.unreadable`, and `TableError.damaged` for an empty file.
    init(path: String) throws(TableError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, reason: "it is not a file")
        }
        guard status.st_size > 0 else { throw .damaged(path: path, reason: "it is empty") }
        let count = Int(status.st_size)
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        bytes = UnsafeRawBufferPointer(start: start, count: count)
    }

    /// Lets go of the pages that were read so far. They stay in the system's page cache and come back when needed.
    func releasePages() {
        madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
}
