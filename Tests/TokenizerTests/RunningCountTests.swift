import SeededRandom
import Testing
import Tokenizer

@Suite struct RunningCountTests {
    @Test(arguments: Encoding.allCases)
    func chunksOfAnyLengthAddUpToTheCountOfTheWhole(encoding: Encoding) {
        let counter = TestTables.counters[encoding]
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<150 {
            let text = RandomText.any(length: .random(in: 0...4000, using: &generator), using: &generator)
            var running = RunningCount(counter)
            for chunk in RandomText.chunks(of: Array(text.utf8), upTo: 300, using: &generator) { running.append(chunk) }
            #expect(running.total() == counter.count(text), "\(text.prefix(60))")
        }
    }

    @Test(arguments: Encoding.allCases)
    func theLowerBoundIsNeverPassedByWhatComes(encoding: Encoding) {
        let counter = TestTables.counters[encoding]
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<40 {
            let text = RandomText.any(length: .random(in: 500...6000, using: &generator), using: &generator)
            var running = RunningCount(counter)
            var bounds: [Int] = []
            for chunk in RandomText.chunks(of: Array(text.utf8), upTo: 200, using: &generator) {
                running.append(chunk)
                bounds.append(running.lowerBound)
            }
            #expect(bounds.allSatisfy { $0 <= counter.count(text) })
        }
    }

    @Test func theLowerBoundOfProseIsClose() {
        let sentence =
            "The gate meters water from a common channel to many fields, and nobody takes more than a share. "
        var running = RunningCount(TestTables.counters[.o200kBase])
        for _ in 0..<200 { running.append(sentence) }
        #expect(running.lowerBound > running.total() * 9 / 10)
    }

    @Test func brokenUTF8CountsAsItDoesAtOnce() {
        let counter = TestTables.counters[.o200kBase]
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<100 {
            let bytes = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var running = RunningCount(counter)
            for chunk in RandomText.chunks(of: bytes, upTo: 100, using: &generator) { running.append(chunk) }
            #expect(running.total() == bytes.withUnsafeBufferPointer { counter.count(utf8: $0) })
        }
    }
}
