import Core
import Glibc

/// Which file was opened, to notice when another one, or none, has its name.
///
/// A file that was removed can still be written by those who have it open: what they write ends with them. And who opens
/// the name then has a new one, in which nothing is used yet. So nothing is written once the name leads elsewhere.
struct SQLiteFile: Sendable, Hashable {
    private let path: String
    private let device: dev_t
    private let node: ino_t

    /// - Throws: `StoreFailure.unavailable` when there is no such file.
    init(at path: String) throws {
        guard let status = Self.status(of: path) else { throw Self.gone(path) }
        self.path = path
        device = status.st_dev
        node = status.st_ino
    }

    /// - Throws: `StoreFailure.unavailable` when its name leads elsewhere. It may lead back later.
    func requireInPlace() throws {
        guard let status = Self.status(of: path) else { throw Self.gone(path) }
        guard status.st_dev == device, status.st_ino == node else {
            throw StoreFailure.unavailable(detail: "\(path): another file was put in its place")
        }
    }

    private static func gone(_ path: String) -> StoreFailure {
        .unavailable(detail: "\(path): \(String(cString: strerror(errno)))")
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }
}
