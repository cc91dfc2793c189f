import Foundation
import Testing

@testable import Web

@Suite struct ChatEventTests {
    @Test func anEventIsOneNameAndOneLineOfJSON() throws {
        let text = try ChatEvent.block(.init(index: 2, html: "<p>a\nb</p>")).encoded()
        #expect(text == "event: block\ndata: {\"html\":\"<p>a\\nb</p>\",\"index\":2}\n\n")
    }

    @Test func everyCharacterComesThroughABlock() throws {
        let html = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init))) + "水🌊/\u{2028}\u{FFFD}"
        let text = try ChatEvent.block(.init(index: 12, html: html)).encoded()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && text.utf8.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") })
        let block = try JSONDecoder().decode(ChatEvent.Block.self, from: Data(lines[1].dropFirst("data: ".count).utf8))
        #expect(block.html == html && block.index == 12)
    }

    @Test func onlyBlocksThatChangedAreSentAgain() {
        var changes = BlockChanges()
        #expect(changes.next(["<p>a</p>"]).map(\.index) == [0])
        #expect(changes.next(["<p>a</p>", "<p>b"]).map(\.index) == [1])
        #expect(changes.next(["<p>a</p>", "<p>bc</p>", "<hr>"]).map(\.index) == [1, 2])
        #expect(changes.next(["<p>a</p>", "<p>bc</p>", "<hr>"]).isEmpty)
    }

    @Test func withoutJavaScriptABlockIsSentOnceAndWhole() {
        var blocks = WholeBlocks()
        #expect(blocks.next([], isEnd: false).isEmpty)
        #expect(blocks.next(["<p>a</p>"], isEnd: false).isEmpty)
        #expect(blocks.next(["<p>ab</p>", "<p>c</p>"], isEnd: false) == ["<p>ab</p>"])
        #expect(blocks.next(["<p>ab</p>", "<p>cd</p>"], isEnd: true) == ["<p>cd</p>"])
        #expect(blocks.next(["<p>ab</p>", "<p>cd</p>"], isEnd: true).isEmpty)
    }

    @Test func aRowSentAloneIsTheRowOfThePage() throws {
        let templates = try Repository.templates()
        let page = try #require(Samples.all.first { $0.name == "chat" }).page
        let row = templates.render(part: "chat/message", Samples.messages[1])
        #expect(row.hasPrefix("<li class=\"message reply\" id=\"m2\">") && templates.render(page).contains(row))
    }

    @Test func aPageIsCutWhereTheReplyIsBeingWritten() throws {
        let templates = try Repository.templates()
        let samples = Samples.all
        let writing = try #require(samples.first { $0.name == "chat-near" }).page
        let idle = try #require(samples.first { $0.name == "chat" }).page
        let page = try #require(StreamedPage(templates.render(writing)))
        #expect(page.head.hasSuffix("<p>The water</p></div>") && page.tail.hasPrefix("</div>"))
        #expect(StreamedPage(templates.render(idle)) == nil)
    }
}
