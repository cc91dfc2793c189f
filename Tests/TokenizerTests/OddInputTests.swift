import SeededRandom
import Testing
import Tokenizer

@Suite struct OddInputTests {
    private func count(_ bytes: [UInt8], _ encoding: Encoding = .o200kBase) -> Int {
        bytes.withUnsafeBufferPointer { TestTables.counters[encoding].count(utf8: $0) }
    }

    /// As many U+FFFD as Python's `bytes.decode(errors="replace")` and Swift's own decoding put.
    @Test(arguments: [
        ([0x80], 1), ([0xC3], 1), ([0xC3, 0x28], 1), ([0xE2, 0x82], 1), ([0xED, 0xA0, 0x80], 3),
        ([0xF4, 0x90, 0x80, 0x80], 4),
        ([0xFF, 0xFE], 2), ([0xC0, 0xAF], 2), ([0x61, 0xF0, 0x9F, 0x98, 0x62], 1), ([0xF0, 0x9F, 0x98, 0x80], 0),
    ])
    func bytesThatAreNotUTF8CountAsReplacementCharacters(bytes: [UInt8], replacements: Int) {
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.unicodeScalars.count { $0 == "\u{FFFD}" } == replacements)
        for encoding in Encoding.allCases {
            #expect(count(bytes, encoding) == TestTables.counters[encoding].count(text))
        }
    }

    @Test func nothingIsNothing() {
        #expect(count([]) == 0)
        #expect(TestTables.counters[.cl100kBase].encode("") == [])
    }

    /// o200k_base has a token of two NULs; a key without its length would find it for one.
    @Test func nulIsAByteLikeAnyOther() {
        #expect(TestTables.counters[.o200kBase].encode("\0") == [188])
        #expect(count(Array(repeating: 0, count: 1000)) == 500)
        #expect(count(Array("a\0b\0\0c".utf8)) == TestTables.counters[.o200kBase].encode("a\0b\0\0c").count)
    }

    /// A piece of 128 and more bytes, of more than a window, and of many windows: counted and listed by other code each.
    @Test(arguments: [96, 97, 128, 129, 4095, 4096, 8192, 8193, 20_000, 300_000])
    func longPiecesCountAsTheyAreListed(bytes: Int) {
        for letters in ["a", "ab", "qzx", "-", " ", "中", "йц", "😀", "=-"] {
            let text = String(repeating: letters, count: bytes / letters.utf8.count)
            for encoding in Encoding.allCases {
                let counter = TestTables.counters[encoding]
                #expect(counter.count(text) == counter.encode(text).count, "\(encoding.rawValue) \(letters) \(bytes)")
            }
        }
    }

    /// What tiktoken gives for a million of a letter; of a million blanks it gives nothing, it panics.
    @Test func aMillionOfOneLetterCountsAsTiktokenCounts() {
        #expect(count(Array(repeating: UInt8(ascii: "a"), count: 1_000_000)) == 125_000)
        #expect(count(Array(repeating: UInt8(ascii: "-"), count: 1_000_000)) == 15_625)
        #expect(count(Array(repeating: UInt8(ascii: " "), count: 1_000_000)) == 7_813)
    }

    @Test func tenMegabytesOfAnythingHaveADefinedCount() {
        var generator = SeededGenerator(seed: 3)
        let noise = (0..<10_000_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(count(noise) > 5_000_000)
        #expect(count(Array(repeating: UInt8(ascii: "z"), count: 10_000_000)) > 1_000_000)
    }

    @Test func oneCounterServesManyThreadsAtOnce() async {
        var generator = SeededGenerator(seed: 5)
        let texts = (0..<64).map { _ in RandomText.any(length: 2000, using: &generator) }
        let counter = TestTables.counters[.o200kBase]
        let alone = texts.map { counter.count($0) }
        let together = await withTaskGroup(of: (Int, Int).self) { group in
            for round in 0..<512 { group.addTask { (round % 64, counter.count(texts[round % 64])) } }
            return await group.reduce(into: true) { same, result in same = same && alone[result.0] == result.1 }
        }
        #expect(together)
    }
}
