public import Core
import Glibc

extension SQLStore {
    /// Writes the database as it is at this moment to a new file, while others write to it.
    ///
    /// The copy is made beside its name, synced to the disk and verified there, and then takes its name in one step, so
    /// that whatever has it is whole. Only its owner can read it.
    ///
    /// - Returns: what is found in it. A copy of a ledger that does not add up is written all the same.
    /// - Throws: `StoreFailure`: then there is no such file. `.unavailable` where there was one before, or when the
    ///   folder takes none; `.full` when the disk does not.
    @discardableResult
    public func backUp(to path: String) async throws -> VerificationReport {
        if access(path, F_OK) == 0 { throw StoreFailure.unavailable(detail: "there is a file \(path) already") }
        let draft = BackupDraft(of: path)
        do {
            try draft.create()
            // The copy is of a moment after this; what runs now would look like left behind when copying took long.
            let now = time.now()
            try await database.copy(to: draft.path)
            let report = try await draft.verify(at: now)
            try draft.publish()
            return report
        } catch {
            draft.remove()
            throw error
        }
    }
}

/// The file that a backup is until it is whole.
private struct BackupDraft {
    let path: String
    private let name: String

    init(of name: String) {
        self.name = name
        path = "\(name).\(getpid())-\(UInt32.random(in: .min ... .max)).part"
    }

    /// Empty, and private from the beginning.
    func create() throws {
        let file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        close(file)
    }

    /// Without turning it to WAL mode, which would leave files beside it.
    func verify(at now: Timestamp) async throws -> VerificationReport {
        try await SQLVerification(database: try SQLiteCopy(path: path)).verify(at: now)
    }

    /// A hard link does not replace a file that has come meanwhile, as renaming would.
    func publish() throws {
        try sync(path, O_RDONLY)
        guard link(path, name) == 0 else { throw failure(name) }
        unlink(path)
        let folder = name.lastIndex(of: "/").map { String(name[...$0]) } ?? "."
        try sync(folder, O_RDONLY | O_DIRECTORY)
    }

    func remove() {
        for file in [path, path + "-journal", path + "-wal", path + "-shm"] { unlink(file) }
    }

    private func sync(_ path: String, _ flags: Int32) throws {
        let file = open(path, flags | O_CLOEXEC)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure(path) }
    }

    private func failure(_ path: String) -> StoreFailure {
        if errno == ENOSPC { return .full }
        return .unavailable(detail: "\(path): \(String(cString: strerror(errno)))")
    }
}
