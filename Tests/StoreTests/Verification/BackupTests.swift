import Core
import Foundation
import Testing

@testable import Store

struct BackupTests {
    /// Time passes while the copy is made: two hundred seconds.
    private struct SlowDisk: TimeSource {
        let folder: String

        func now() -> Timestamp {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let isCopied = files.contains { name in
                let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
                return name.hasSuffix(".part") && attributes?[.size] as? Int != 0
            }
            return Timestamp.start.advanced(bySeconds: isCopied ? 200 : 0)
        }
    }

    @Test func whatRunsIsNotTakenForLeftBehindWhenCopyingTakesLong() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        _ = try await book.held(LedgerFixture.request(prompt: 10, reply: 100))
        let time = SlowDisk(folder: book.file.folder)
        let store = SQLStore(database: book.database, time: time, live: nil)
        let report = try await store.backUp(to: book.file.folder + "/copy.db")
        #expect(report.isClean && report[.holds]?.rows == 1, "\(report.results.flatMap(\.told))")
    }
}
