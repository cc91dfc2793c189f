import Glibc

/// A file mapped read-only for as long as this object lives. Its pages are shared by all processes that map it, and only
/// those that are touched become resident.
final class MappedFile: Sendable {
    /// Never written to after `init` and unmapped only in `deinit`, so every thread may read it.
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    /// - Parameter inspect: is given the file's bytes from the first to the last, a block of `blockBytes` at a time (the
    ///   last may be shorter), before the file is mapped. They are read, not mapped, because that costs no page faults
    ///   and leaves nothing resident.
    /// - Throws: `TableError.unreadable`, `TableError.damaged` for an empty file.
    init(path: String, inspect: (UnsafeRawBufferPointer) -> Void) throws(TableError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, reason: "it is not a file")
        }
        guard status.st_size > 0 else { throw .damaged(path: path, reason: "it is empty") }
        try Self.read(file, path: path, inspect)
        let count = Int(status.st_size)
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        bytes = UnsafeRawBufferPointer(start: start, count: count)
    }

    static let blockBytes = 128 << 10

    private static func read(
        _ file: Int32, path: String, _ inspect: (UnsafeRawBufferPointer) -> Void
    ) throws(TableError) {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockBytes, alignment: 64)
        defer { block.deallocate() }
        while true {
            let count = Glibc.read(file, block.baseAddress, blockBytes)
            guard count >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
            guard count > 0 else { return }
            inspect(UnsafeRawBufferPointer(rebasing: block[..<count]))
        }
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
}
