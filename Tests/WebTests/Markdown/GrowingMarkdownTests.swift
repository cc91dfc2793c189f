import SeededRandom
import Testing

@testable import Web

@Suite struct GrowingMarkdownTests {
    private static let pieces = [
        "A paragraph with *emphasis*.\n\n", "Two lines\nof one.\n", "\n", "\n\n", "# One\n", "## Two\n\n",
        "### Three\n\n", "Under\n===\n\n",
        "- a\n- b\n", "- a\n\n- b\n\n", "1. one\n\n   more of it\n\n", "* * *\n\n", "    code\n\n", "  two blanks\n\n",
        "\tcode\n\n",
        "```swift\nlet a = 1\n\nlet b = 2\n```\n\n", "```\nnever closed\n\n", "~~~\n\n~~~\n", "> quoted\n\n",
        "> - nested\n\n", "lazy\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n", "| a |\n", "<div>\n\n", "text]\n\n",
        "[link](https://example.org) [name]\n\n", "*open\n\n",
        "a\r\n\r\nb\r\n", "é 水 🌊\n\n", "`code\n\n", "\\\n\n", "&amp;\n\n", "Words and\n\nmore words ",
        "*a https://e.ex*s* b\n\n",
    ]

    @Test func itsBlocksAreThoseOfTheWholeText() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<400 {
            let count = Int.random(in: 1...12, using: &random)
            let text = (0..<count).map { _ in Self.pieces.randomElement(using: &random)! }.joined()
            grow(text, by: 1...30, &random)
        }
    }

    @Test(arguments: ["[name]: https://example.org\n\n", "> [name]: https://example.org\n\n", "[na\nme]: /x\n\n"])
    func aReferenceThatIsDefinedLaterIsFoundBefore(definition: String) {
        var random = SeededGenerator(seed: 2)
        grow("First [name].\n\nSecond.\n\n" + definition + "Third [name].\n\n[name] again", by: 1...9, &random)
    }

    @Test func whatIsSettledIsNotRenderedAgain() {
        var markdown = GrowingMarkdown()
        let settled = "# One\n\n- a\n\n- b\n\nA paragraph.\n\n"
        _ = markdown.blocks(of: settled + "``")
        _ = markdown.blocks(of: settled + "```\ncode\n\nmore")
        #expect(markdown.settledBytes == settled.utf8.count)
    }

    private func grow(_ text: String, by step: ClosedRange<Int>, _ random: inout some RandomNumberGenerator) {
        var markdown = GrowingMarkdown()
        var end = text.unicodeScalars.startIndex
        while end < text.unicodeScalars.endIndex {
            let count = Int.random(in: step, using: &random)
            let limit = text.unicodeScalars.endIndex
            end = text.unicodeScalars.index(end, offsetBy: count, limitedBy: limit) ?? limit
            let part = String(text.unicodeScalars[..<end])
            #expect(markdown.blocks(of: part) == Markdown.blocks(of: part), "\(part.debugDescription)")
        }
    }
}
