import Foundation
import Tokenizer

extension Property {
    /// Any bytes at all have one count: the same at once, listed, and in chunks cut anywhere.
    ///
    /// `SLUICE_TABLES` names the directory of the token tables; without it, it is where `make vocabulary` puts them.
    static let tokenizer = Property(name: "tokenizer", maxBytes: 20_000) { bytes in
        let counters = try tables.get()
        for encoding in Encoding.allCases {
            let counter = counters[encoding]
            let count = bytes.withUnsafeBufferPointer(counter.count(utf8:))
            try require(
                counter.encode(String(decoding: bytes, as: UTF8.self)).count == count,
                "\(encoding): the list is not \(count)")
            try require(countInChunks(bytes, counter) == count, "\(encoding): in chunks it is not \(count)")
        }
    }

    private static let tables = Result {
        try TokenCounters(directory: ProcessInfo.processInfo.environment["SLUICE_TABLES"] ?? "var/vocabulary")
    }
}

private func countInChunks(_ bytes: [UInt8], _ counter: TokenCounter) throws -> Int {
    var running = RunningCount(counter, lookEvery: 16)
    for piece in bytes.cut { running.append(piece) }
    try require(running.lowerBound <= running.total(), "the bound \(running.lowerBound) is above the count")
    return running.total()
}
