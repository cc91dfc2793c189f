import Testing

@testable import Store

struct SQLiteReadersTests {
    @Test func nobodyFindsAConnectionFreeWhileAllAreTakenOrWaitedFor() {
        let readers = SQLiteReaders(limit: 2)
        #expect(readers.enterIfFree())
        readers.enter()
        #expect(!readers.enterIfFree())
        readers.enter()
        readers.leave()
        #expect(!readers.enterIfFree())
        readers.leave()
        #expect(readers.enterIfFree())
    }
}
