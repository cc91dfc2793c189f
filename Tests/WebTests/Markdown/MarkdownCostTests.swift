import ProcessorTime
import Testing

@testable import Web

/// Texts that cost other renderers seconds or gigabytes. In a release build each takes at most ten milliseconds; the
/// bound here is wide enough for an unoptimized build on a busy machine and still far below what they cost without a cap.
@Suite(.serialized) struct MarkdownCostTests {
    @Test(arguments: Bomb.all)
    func textMadeToBeExpensiveIsCheap(_ bomb: Bomb) throws {
        var rendering = Markdown.Rendering(blocks: [], isCut: false)
        let seconds = secondsOfWork { rendering = Markdown.render(bomb.text) }
        #expect(rendering.html.utf8.count <= Markdown.maxOutputBytes + 65_536)
        #expect(seconds < Bomb.limitSeconds)
        #expect(rendering.isCut == bomb.isEndless)
    }
}

struct Bomb: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String
    /// Whether it asks for more than the output may have.
    var isEndless = false

    var testDescription: String { name }

    #if DEBUG
        static let limitSeconds = 5.0
    #else
        static let limitSeconds = 0.01
    #endif

    static let all: [Bomb] = [
        Bomb(name: "wide table", text: table(columns: 3000, rows: 3000), isEndless: true),
        Bomb(name: "long table", text: table(columns: 128, rows: 10_000), isEndless: true),
        Bomb(name: "link references", text: references, isEndless: true),
        Bomb(name: "unclosed images", text: repeated("![l", 50_000)),
        Bomb(name: "unclosed emphasis", text: repeated("*a **a ", 20_000)),
        Bomb(name: "alternating emphasis", text: repeated("*a_ ", 40_000)),
        Bomb(name: "unclosed CDATA", text: repeated("<![CDATA[", 20_000)),
        Bomb(name: "unclosed comment", text: repeated("<!--", 40_000)),
        Bomb(name: "unclosed instruction", text: repeated("<?", 60_000)),
        Bomb(name: "brackets and parentheses", text: repeated("[[]()", 40_000)),
        Bomb(name: "open brackets", text: repeated("[", 100_000)),
        Bomb(name: "nested brackets", text: repeated("[", 25_000) + "a" + repeated("]", 25_000)),
        Bomb(name: "nested quotes", text: repeated("> ", 10_000) + "a"),
        Bomb(name: "backticks", text: (1...400).map { "e" + repeated("`", $0) }.joined()),
        Bomb(name: "links without an end", text: repeated("[a](b", 40_000)),
        Bomb(name: "links with angles", text: repeated("[a](<b", 30_000)),
        Bomb(name: "entities", text: repeated("&amp;", 40_000)),
        Bomb(name: "hard breaks", text: repeated("a  \n", 40_000)),
        Bomb(name: "coloured code", text: "```swift\n" + repeated("if \"", 40_000), isEndless: true),
        Bomb(name: "markup code", text: "```html\n" + repeated("<a '", 40_000), isEndless: true),
    ]

    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    private static func table(columns: Int, rows: Int) -> String {
        repeated("|x", columns) + "|\n" + repeated("|---", columns) + "|\n" + repeated("|\n", rows)
    }

    private static var references: String {
        "[a]: https://example.org/" + repeated("x", 1_900) + "\n\n" + repeated("[a] ", 4_000)
    }
}
