import Core
import Foundation
import Testing

@testable import Store

struct HealthTests {
    @Test func healthTellsWhatIsOnTheDisk() async throws {
        let temporary = try await TemporaryStore()
        let health = try await temporary.store.health()
        #expect(health.engine.hasPrefix("SQLite 3."))
        #expect(health.path == temporary.file.path)
        #expect(health.migration == Migration.all.map(\.title).max())
        #expect(health.fileBytes > 0 && health.logBytes > 0 && health.freeDiskBytes > 0)
        #expect(!health.isReadableByOthers)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: temporary.file.path)
        #expect(try await temporary.store.health().isReadableByOthers)
    }
}
