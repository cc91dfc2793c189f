import Foundation
import Testing
import Tokenizer

/// Against tiktoken itself, on strings made up anew by `Reference/tiktoken_reference.py`.
///
/// `make test` installs tiktoken into `var/test-python` where PyPI can be reached; elsewhere this is skipped.
@Suite struct DifferentialTests {
    private struct Row: Decodable {
        var text: String
        var o200k: [UInt32]
        var cl100k: [UInt32]
    }

    static let python = TestTables.root.appendingPathComponent("var/test-python/bin/python").path

    static let hasTiktoken: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", "import tiktoken"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test(
        .enabled(
            if: hasTiktoken,
            "tiktoken could not be installed from PyPI (var/test-python); counts were compared with the recorded vectors only"
        ))
    func fiftyThousandStringsHaveTiktokensIDs() throws {
        let seed = ProcessInfo.processInfo.environment["SLUICE_SEED"] ?? "1"
        let rows = try Self.rows(seed: seed, count: 50_000)
        #expect(rows.count == 50_000)
        var different = 0
        for row in rows {
            for (encoding, ids) in [(Encoding.o200kBase, row.o200k), (.cl100kBase, row.cl100k)] {
                let counter = TestTables.counters[encoding]
                guard counter.encode(row.text) != ids || counter.count(row.text) != ids.count else { continue }
                different += 1
                if different <= 10 {
                    Issue.record("seed \(seed), \(encoding.rawValue): \(row.text.prefix(200).debugDescription)")
                }
            }
        }
        #expect(different == 0)
    }

    private static func rows(seed: String, count: Int) throws -> [Row] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [
            TestTables.reference("tiktoken_reference.py").path, TestTables.directory, seed, String(count),
        ]
        process.standardOutput = output
        try process.run()
        let lines = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let decoder = JSONDecoder()
        return try lines.split(separator: UInt8(ascii: "\n")).map { try decoder.decode(Row.self, from: Data($0)) }
    }
}
