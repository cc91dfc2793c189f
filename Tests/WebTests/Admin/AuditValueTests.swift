import Testing

@testable import Web

struct AuditValueTests {
    @Test func stateIsToldByItsPartsAndWordsStayAsTheyAre() {
        let limits = AuditValue.flat(#"{"project R&D Berlin":["tokens a day: 5","normal priority"]}"#)
        #expect(limits == ["project R&D Berlin": .list([.text("tokens a day: 5"), .text("normal priority")])])
        let tier = AuditValue.flat(#"{"settings":{"allowance":{"tokensPerDay":5}}}"#)
        #expect(tier == ["tokens per day": .number(5)])
    }
}
