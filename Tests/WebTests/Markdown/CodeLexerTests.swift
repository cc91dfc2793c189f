import SeededRandom
import Testing

@testable import Web

@Suite struct CodeLexerTests {
    /// The coloured pieces as `kind:text`.
    private func pieces(_ language: String, _ source: String) -> [String] {
        let bytes = Array(source.utf8)
        return CodeLanguage.named(language).tokens(in: bytes).compactMap { token in
            token.kind.map { "\($0.rawValue):\(String(decoding: bytes[token.range], as: UTF8.self))" }
        }
    }

    @Test(arguments: [
        ("swift", "let a = 1 /* x */", ["k:let", "n:1", "c:/* x */"]),
        ("c", "char *s = \"a\\\"b\"; // c", ["k:char", "s:\"a\\\"b\"", "c:// c"]),
        ("python", "def f(): # x\n  return '''a\nb'''", ["k:def", "c:# x", "k:return", "s:'''a\nb'''"]),
        ("bash", "for x in $HOME \"$y\"; do", ["k:for", "k:in", "v:$HOME", "s:\"$y\"", "k:do"]),
        ("sql", "SELECT a FROM t -- x", ["k:SELECT", "k:FROM", "c:-- x"]),
        (
            "json", "{\"a\": true, \"b\": \"c\", \"d\": 1.5}",
            ["t:\"a\"", "k:true", "t:\"b\"", "s:\"c\"", "t:\"d\"", "n:1.5"]
        ),
        ("yaml", "key: 1 # x", ["t:key", "n:1", "c:# x"]),
        ("html", "<a href=\"x\">t</a><!-- c -->", ["t:a", "v:href", "s:\"x\"", "t:a", "c:<!-- c -->"]),
        ("diff", "@@ -1 +1 @@\n-a\n+b\n c", ["t:@@ -1 +1 @@\n", "d:-a\n", "i:+b\n"]),
        ("unheard-of", "let a = 1", []),
        ("swift", "\"never closed\nlet", ["s:\"never closed", "k:let"]),
        ("js", "@ @a $", []),
    ])
    func languagesAreColoured(_ language: String, _ source: String, _ expected: [String]) {
        #expect(pieces(language, source) == expected)
    }

    @Test(arguments: ["swift", "python", "bash", "sql", "json", "yaml", "html", "diff", ""])
    func thePiecesCoverAnyTextWithoutGaps(_ language: String) {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let source = (0..<60).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let tokens = CodeLanguage.named(language).tokens(in: source)
            #expect(tokens.first?.range.lowerBound == 0 && tokens.last?.range.upperBound == source.count)
            #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0.range.upperBound == $1.range.lowerBound })
        }
    }
}
