import Core
import Testing

@testable import Store

/// Many requests at once over several workers: exactly as many run as fit.
struct LedgerOvershootTests {
    @Test(arguments: [1, 2, 4])
    func exactlyAsManyAreHeldAsFit(workers: Int) async throws {
        let book = try await LedgerFixture()
        let fitting = 37
        try await book.limit(Int64(fitting) * 100, scope: .organization, subject: "acme")
        let ledgers = try (0..<workers).map { _ in try book.anotherWorker() }

        let granted = try await withThrowingTaskGroup(of: RequestID?.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let path = LedgerFixture.path("person-\(number)")
                    let request = LedgerFixture.request(prompt: 60, reply: 40, minimum: 40, path: path)
                    let admission = try await ledgers[number % workers].hold(request, at: .start)
                    if case .granted = admission { return request.requestID }
                    return nil
                }
            }
            return try await group.reduce(into: [RequestID]()) { held, request in
                if let request { held.append(request) }
            }
        }
        #expect(granted.count == fitting)
        #expect(try await book.balance() == [0, 3700, 0])
        #expect(try await book.database.discrepancies() == [])
    }

    /// Holds and settlements mixed, replies shortened at the end: what is used and held never passes the limit.
    @Test func usedAndHeldNeverPassTheLimit() async throws {
        let book = try await LedgerFixture()
        try await book.limit(10_000, scope: .organization, subject: "acme")
        let ledgers = [try book.anotherWorker(), try book.anotherWorker()]
        try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    let ledger = ledgers[number % 2]
                    let request = LedgerFixture.request(prompt: 10, reply: 500)
                    guard case .granted(let allowance) = try await ledger.hold(request, at: .start) else { return }
                    let account = try #require(try await ledger.accounts(on: LedgerFixture.path(), at: .start).first)
                    #expect(account.used + account.held <= 10_000)
                    let completion = min(allowance.replyCap, Int64(number))
                    _ = try await ledger.settle(
                        request.requestID, as: .finished(prompt: 10, completion: completion), at: .start)
                }
            }
            try await group.waitForAll()
        }
        let balance = try await book.balance()
        #expect(balance[0] <= 10_000 && balance[1] == 0)
        #expect(try await book.database.discrepancies() == [])
    }
}
