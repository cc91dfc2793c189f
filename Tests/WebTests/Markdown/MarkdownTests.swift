import HTMLTestSupport
import Testing

@testable import Web

@Suite struct MarkdownTests {
    @Test(arguments: [
        ("Hello *there*, **you**.", "<p>Hello <em>there</em>, <strong>you</strong>.</p>"),
        ("~~gone~~ `a<b`", "<p><del>gone</del> <code>a&lt;b</code></p>"),
        ("# One", "<h3>One</h3>"),
        ("#### Four", "<h3>Four</h3>"),
        ("## Two\n#### Four\n### Three\n# One", "<h3>Two</h3>\n<h4>Four</h4>\n<h4>Three</h4>\n<h3>One</h3>"),
        ("## 1\n### 2\n#### 3\n##### 4\n###### 5", "<h3>1</h3>\n<h4>2</h4>\n<h5>3</h5>\n<h6>4</h6>\n<h6>5</h6>"),
        ("> quoted", "<blockquote><p>quoted</p></blockquote>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
        ("- [x] done\n- [ ] open", "<ul><li class=\"task\">☑ done</li><li class=\"task\">☐ open</li></ul>"),
        ("---", "<hr>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("Tom &amp; Jerry &copy; &#65;", "<p>Tom &amp; Jerry &copy; A</p>"),
        ("", ""),
    ])
    func commonMarkBecomesHTML(_ source: String, _ html: String) {
        #expect(Markdown.render(source).html == html)
    }

    @Test func tableScrollsInABoxOfItsOwnAndKeepsItsAlignment() {
        let html = Markdown.render("| a | b |\n|---|--:|\n| 1 | 2 |").html
        #expect(
            html == """
                <div class="scroll" tabindex="0"><table><thead><tr><th scope="col">a</th>\
                <th scope="col" class="right">b</th></tr></thead><tbody><tr><td>1</td>\
                <td class="right">2</td></tr></tbody></table></div>
                """)
    }

    @Test func codeBlockNamesItsLanguageAndIsColoured() {
        let html = Markdown.render("```swift\nlet a = \"<\" // why\n```").html
        #expect(
            html == """
                <pre tabindex="0"><code class="language-swift"><span class="k">let</span> a = \
                <span class="s">&quot;&lt;&quot;</span> <span class="c">// why</span>\n</code></pre>
                """)
    }

    @Test func languageThatIsNoCleanWordIsLeftOut() {
        let html = Markdown.render("```\"onclick=alert(1)\nx\n```").html
        #expect(html == "<pre tabindex=\"0\"><code>x\n</code></pre>")
    }

    @Test func linkOpensElsewhereAndTellsNobodyWhereItCameFrom() {
        #expect(
            Markdown.render("[a](https://example.org/?a=1&b=2)").html == """
                <p><a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer nofollow" \
                target="_blank">a</a></p>
                """)
    }

    @Test func bareAddressesBecomeLinks() {
        let html = Markdown.render("See https://example.org/x and me@example.org").html
        #expect(html.contains("<a href=\"https://example.org/x\""))
        #expect(html.contains("<a href=\"mailto:me@example.org\""))
    }

    @Test func imageBecomesALinkThatShowsItsDescription() {
        #expect(
            Markdown.render("![a cat](https://example.org/cat.png)").html == """
                <p><a class="image" href="https://example.org/cat.png" rel="noopener noreferrer nofollow" \
                target="_blank">a cat</a></p>
                """)
    }

    @Test func imageWithoutADescriptionShowsItsAddress() {
        #expect(Markdown.render("![](https://example.org/cat.png)").html.contains(">https://example.org/cat.png</a>"))
    }

    @Test func imageInsideALinkAddsNoSecondLink() {
        let html = Markdown.render("[![a](https://example.org/i.png)](https://example.org)").html
        #expect(html.split(separator: "<a ").count == 2)
    }

    @Test func blocksStandAloneSoThatAStreamSendsOnlyTheLast() {
        let before = Markdown.blocks(of: "One\n\nTwo")
        let after = Markdown.blocks(of: "One\n\nTwo and more\n\n- three")
        #expect(before == ["<p>One</p>", "<p>Two</p>"])
        #expect(after == ["<p>One</p>", "<p>Two and more</p>", "<ul><li>three</li></ul>"])
    }

    @Test func emphasisWhoseEndTheParserLosesEndsWithItsParagraph() throws {
        let blocks = Markdown.blocks(of: "*a https://e.ex*s* b\n\n> *c https://e.ex*s* d\n\nNext.")
        #expect(blocks.count == 3 && blocks.last == "<p>Next.</p>")
        for block in blocks { try HTMLOracle.check(block) }
    }

    @Test func unfinishedCodeBlockOfAStreamIsAlreadyACodeBlock() {
        #expect(
            Markdown.blocks(of: "```js\nconst a") == [
                "<pre tabindex=\"0\"><code class=\"language-js\"><span class=\"k\">const</span> a\n</code></pre>"
            ])
    }

    @Test func outputStopsAtTheCapAndIsStillWellFormed() throws {
        let rendering = Markdown.render(String(repeating: "- *word*\n", count: 1000), maxOutputBytes: 500)
        #expect(rendering.isCut)
        #expect(rendering.html.utf8.count < 600)
        try HTMLOracle.check(rendering.html)
    }

    @Test func replyThatFitsIsNotCalledCut() {
        #expect(!Markdown.render("short").isCut)
    }
}
