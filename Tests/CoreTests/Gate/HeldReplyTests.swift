import Testing

@testable import Core

struct HeldReplyTests {
    @Test func nothingIsAskedForBeforeItIsNeeded() {
        let held = HeldReply(Allowance(replyCap: 4000, heldReply: 256))
        #expect(!held.isShort(at: 256))
        #expect(held.isShort(at: 257))
    }

    @Test func aHoldGrowsByHalfAndAtLeastByAFewSentences() {
        #expect(HeldReply(Allowance(replyCap: 4000, heldReply: 16)).wanted(at: 17) == 144)
        #expect(HeldReply(Allowance(replyCap: 4000, heldReply: 1000)).wanted(at: 1001) == 1500)
        #expect(HeldReply(Allowance(replyCap: 4000, heldReply: 1000)).wanted(at: 3000) == 3000)
        #expect(HeldReply(Allowance(replyCap: 1100, heldReply: 1000)).wanted(at: 1001) == 1100)
    }

    @Test func whatIsHeldWholeIsNeverShort() {
        #expect(!HeldReply(Allowance(replyCap: 100)).isShort(at: 1000))
    }
}
