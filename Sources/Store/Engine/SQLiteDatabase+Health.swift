import Core
import Foundation

extension SQLiteDatabase {
    func health() async throws -> StoreHealth {
        let (version, migration) = try await read { session in
            let version: String = try session.onlyRow("SELECT sqlite_version() AS version")["version"]
            return (version, try SQLMigrator.newest(in: session))
        }
        // A file that was removed can still be read and written here, and all of it ends with this process.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            throw StoreFailure.unavailable(detail: "the file is gone")
        }
        let permissions = attributes[.posixPermissions] as? Int ?? 0
        return StoreHealth(
            engine: "SQLite \(version)", path: path, fileBytes: bytes(of: path), logBytes: bytes(of: path + "-wal"),
            freeDiskBytes: freeBytes(), migration: migration ?? "", isReadableByOthers: permissions & 0o077 != 0)
    }

    private func bytes(of path: String) -> Int64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
    }

    private func freeBytes() -> Int64 {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
        return (attributes?[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
    }
}
