import Foundation
import Testing
import Tokenizer

/// Counts and ids that tiktoken 0.14 gave, chosen so that each known way to get it wrong fails some of them.
@Suite struct VectorTests {
    private struct Vector: Decodable {
        var cat: String
        var text: String
        var times: Int?
        var cl100k: Int
        var o200k: Int
        var cl100k_ids: [UInt32]?
        var o200k_ids: [UInt32]?

        var whole: String { String(repeating: text, count: times ?? 1) }
    }

    @Test func everyReferenceVectorHasTiktokensCountAndIDs() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count > 1500)
        for vector in vectors {
            check(vector, .cl100kBase, count: vector.cl100k, ids: vector.cl100k_ids)
            check(vector, .o200kBase, count: vector.o200k, ids: vector.o200k_ids)
        }
    }

    private func check(_ vector: Vector, _ encoding: Tokenizer.Encoding, count: Int, ids: [UInt32]?) {
        let counter = TestTables.counters[encoding]
        let found = counter.encode(vector.whole)
        #expect(counter.count(vector.whole) == count, "\(encoding.rawValue), \(vector.cat): \(vector.text.prefix(80))")
        #expect(found.count == count, "\(encoding.rawValue), \(vector.cat): \(vector.text.prefix(80))")
        if let ids { #expect(found == ids, "\(encoding.rawValue), \(vector.cat): \(vector.text.prefix(80))") }
    }

    /// The first line of the file says what it is.
    private static func vectors() throws -> [Vector] {
        let lines = try Data(contentsOf: TestTables.reference("token-vectors.jsonl")).split(
            separator: UInt8(ascii: "\n"))
        return try lines.dropFirst().map { try JSONDecoder().decode(Vector.self, from: Data($0)) }
    }
}
