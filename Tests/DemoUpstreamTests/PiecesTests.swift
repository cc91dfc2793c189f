import Testing

@testable import DemoUpstream

struct PiecesTests {
    @Test(arguments: [
        ("", []),
        ("Hello", ["Hello"]),
        ("Hello, world!", ["Hello", ",", " world", "!"]),
        ("hectares", ["hectar", "es"]),
        ("a  b", ["a", "  ", "b"]),
        ("one\n\n\n- two", ["one", "\n\n\n", "-", " two"]),
        ("水門は、開く", ["水門は", "、", "開く"]),
        ("👩‍🌾 é\u{301}", ["👩‍🌾", " é\u{301}"]),
        (" ", [" "]),
        ("| 4 %\n", ["|", " 4", " %", "\n"]),
    ])
    func cutsAsTheRuleSays(text: String, pieces: [String]) {
        #expect(Pieces.split(text).map(String.init) == pieces)
    }

    @Test func piecesJoinedAreTheTextAgain() {
        var prose = Prose(question: "Everything, please")
        let pieces = prose.pieces(atLeast: 5_000)
        #expect(Pieces.split(pieces.joined()).count <= pieces.count)
        #expect(Pieces.split(pieces.joined()).joined() == pieces.joined())
    }

    @Test func countsAPrompt() {
        let messages = [
            ChatRequest.Message(role: "system", content: "Be brief."),
            ChatRequest.Message(role: "user", content: "Why?"),
        ]
        #expect(Pieces.count(messages) == 3 + (4 + 3) + (4 + 2))
    }
}
