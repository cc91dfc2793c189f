import Foundation
import Tokenizer

/// The tables that `make vocabulary` built, opened once for all tests.
enum TestTables {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let directory =
        ProcessInfo.processInfo.environment["SLUICE_TABLES"] ?? root.appendingPathComponent("var/vocabulary").path

    static let counters: TokenCounters = {
        do {
            return try TokenCounters(directory: directory)
        } catch {
            preconditionFailure("\(error)\nThe tests need the token tables: make vocabulary")
        }
    }()

    static func reference(_ name: String) -> URL {
        root.appendingPathComponent("Tests/TokenizerTests/Reference").appendingPathComponent(name)
    }
}
