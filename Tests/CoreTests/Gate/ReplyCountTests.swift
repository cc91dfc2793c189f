import Testing

@testable import Core

struct ReplyCountTests {
    /// A token for each four bytes begun, as of words.
    private func count(_ text: String) -> Int64 { Int64(text.utf8.count + 3) / 4 }

    /// An upstream may send letter by letter, and its worker be killed in between.
    @Test func lettersOneByOneAreHardlyMoreThanTheWordsThatTheyMake() {
        var reply = ReplyCount()
        for number in 1...4_000 {
            reply.add("x", upTo: 1_000_000, by: count)
            #expect(reply.tokensByPieces - Int64(number) / 4 <= 64, "after \(number) letters")
        }
        #expect(reply.bytes == 4_000 && reply.tokens + 64 >= 1_000)
    }

    @Test func wordsAreGatheredAKilobyteAtATime() {
        var reply = ReplyCount()
        for _ in 0..<255 { reply.add("word", upTo: 1_000_000, by: count) }
        #expect(reply.tokens == 0 && reply.tokensByPieces == 255)
        reply.add("word", upTo: 1_000_000, by: count)
        #expect(reply.tokens == 256 && reply.tokensByPieces == 256)
    }
}
