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

/// A small generator of repeatable pseudo-random numbers (SplitMix64, Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
