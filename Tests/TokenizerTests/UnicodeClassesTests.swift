import Foundation
import Testing

@testable import Tokenizer

@Suite struct UnicodeClassesTests {
    @Test func everyScalarHasItsPinnedClass() throws {
        let (blockNumbers, blocks) = UnicodeClasses.twoStageTable()
        var wrong = 0
        for (scalar, expected) in try Self.pinnedClasses().enumerated() {
            let found = CharacterClass(rawValue: blocks[Int(blockNumbers[scalar / 128]) * 128 + scalar % 128])
            if found != expected { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    /// How many scalars tiktoken 0.14 itself matches for each property, over all of Unicode.
    @Test func thereAreAsManyLettersNumbersMarksAndBlanksAsInUnicode16() throws {
        let classes = try Self.pinnedClasses()
        #expect(classes.count { $0.touches(.letter) } == 141_028)
        #expect(classes.count { $0.touches(.number) } == 1_911)
        #expect(classes.count { $0.touches(.mark) } == 2_501)
        #expect(classes.count { $0.touches(.whitespace) } == 25)
    }

    /// The text file read independently of `make-classes`.
    private static func pinnedClasses() throws -> [CharacterClass] {
        let path = TestTables.root.appendingPathComponent("Sources/Tokenizer/Unicode/unicode16-classes.txt")
        let byLetter: [Substring: CharacterClass] = [
            "U": [.letter, .upper], "l": [.letter, .lower], "o": [.letter, .upper, .lower], "n": [.number],
            "m": [.mark, .upper, .lower], "s": [.whitespace],
        ]
        var classes = [CharacterClass](repeating: [], count: 0x11_0000)
        for line in try String(contentsOf: path, encoding: .utf8).split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: ";")
            let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            for scalar in ends.first!...ends.last! { classes[scalar] = byLetter[fields[1]]! }
        }
        return classes
    }
}
