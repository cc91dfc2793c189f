import Foundation
import SeededRandom
import StrictJSON
import Testing

struct GeneratedDocumentsTests {
    private static let count: UInt64 = 10_000

    @Test func whatIsReadAndWrittenReadsTheSame() throws {
        for seed in 0..<Self.count {
            let value = try JSONValue(document(RandomDocument(seed: seed).bytes).root)
            let again = try JSONValue(document(value.bytes).root)
            #expect(again == value, "seed \(seed)")
            #expect(again.bytes == value.bytes, "seed \(seed)")
        }
    }

    /// Foundation's reader is another's work.
    @Test func foundationReadsTheSameValues() throws {
        for seed in 0..<Self.count {
            let bytes = RandomDocument(seed: seed).bytes
            let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let value = try JSONValue(document(bytes).root)
            #expect(value.equals(theirs), "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// One byte of each document is changed, taken away or doubled.
    @Test func foundationTakesAndRefusesTheSameTexts() {
        var (taken, refused) = (0, 0)
        for seed in 0..<Self.count {
            var random = SeededGenerator(seed: seed ^ 0xABCD)
            let bytes = damaged(RandomDocument(seed: seed).bytes, &random)
            guard !Self.isDisputed(bytes) else { continue }
            let isTaken = flaw(in: bytes) == nil
            let isTakenByThem =
                (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            #expect(isTaken == isTakenByThem, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            if isTaken { taken += 1 } else { refused += 1 }
        }
        #expect(taken > 1_000 && refused > 1_000, "\(taken) taken, \(refused) refused")
    }

    private func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        let place = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[place] = UInt8(random.below(0x80))
        case 1: bytes[place] = Array("[]{},:\"\\ 019-+.eEtfnu/".utf8)[random.below(22)]
        case 2: bytes.remove(at: place)
        default: bytes.insert(bytes[place], at: place)
        }
        return bytes
    }

    /// Where Foundation differs: it takes a comma before the closing bracket, a member that stands twice, and other
    /// encodings, for which it looks at NUL bytes; and it refuses a number that is beyond its own.
    private static func isDisputed(_ bytes: [UInt8]) -> Bool {
        if bytes.contains(0) { return true }
        do throws(JSONFlaw) {
            return try !JSONValue(document(bytes).root).isFinite
        } catch {
            switch error.reason {
            case .duplicateMember: return true
            case .unexpectedByte:
                let before = bytes[..<error.offset].last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
                return before == UInt8(ascii: ",") && "]}".utf8.contains(bytes[error.offset])
            default: return false
            }
        }
    }
}

extension JSONValue {
    /// Whether each number in it has a floating-point number near it.
    fileprivate var isFinite: Bool {
        switch self {
        case .number(let text): Double(text)?.isFinite ?? false
        case .array(let values): values.allSatisfy(\.isFinite)
        case .object(let members): members.allSatisfy(\.value.isFinite)
        case .null, .boolean, .string: true
        }
    }

    /// Whether Foundation's value is this one.
    fileprivate func equals(_ other: Any) -> Bool {
        switch self {
        case .null: other is NSNull
        case .boolean(let value): (other as? Bool) == value
        case .number(let text): (other as? NSNumber)?.doubleValue == Double(text)
        case .string(let text): (other as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
        case .array(let values): values.equal(other as? [Any] ?? ["none"])
        case .object(let members): members.equal(other as? [String: Any] ?? ["none": 0])
        }
    }
}

extension [JSONValue] {
    fileprivate func equal(_ others: [Any]) -> Bool {
        count == others.count && zip(self, others).allSatisfy { $0.equals($1) }
    }
}

extension [JSONValue.Member] {
    fileprivate func equal(_ others: [String: Any]) -> Bool {
        count == others.count && allSatisfy { member in others[member.name].map(member.value.equals) ?? false }
    }
}
