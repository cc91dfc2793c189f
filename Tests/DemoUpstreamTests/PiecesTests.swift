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
        let text = prose.text(atLeast: 5_000, by: Ruler())
        #expect(Pieces.split(text).joined() == text && Pieces.count(text) >= 5_000)
    }

    @Test func countsAPrompt() {
        let messages = [
            Message(role: "system", content: "Be brief."),
            Message(role: "user", content: "Why?"),
        ]
        #expect(Pieces.count(messages) == 3 + (4 + 3) + (4 + 2))
    }
}
