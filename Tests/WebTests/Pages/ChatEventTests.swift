import Testing

@testable import Web

@Suite struct ChatEventTests {
    @Test func anEventIsOneNameAndOneLineOfJSON() throws {
        let text = try ChatEvent.block(.init(index: 2, html: "<p>a\nb</p>")).encoded()
        #expect(text == "event: block\ndata: {\"html\":\"<p>a\\nb</p>\",\"index\":2}\n\n")
    }

    @Test func onlyBlocksThatChangedAreSentAgain() {
        var changes = BlockChanges()
        #expect(changes.next(["<p>a</p>"]).map(\.index) == [0])
        #expect(changes.next(["<p>a</p>", "<p>b"]).map(\.index) == [1])
        #expect(changes.next(["<p>a</p>", "<p>bc</p>", "<hr>"]).map(\.index) == [1, 2])
        #expect(changes.next(["<p>a</p>", "<p>bc</p>", "<hr>"]).isEmpty)
    }
}
