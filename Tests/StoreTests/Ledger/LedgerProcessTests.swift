import Core
import Testing

@testable import Store

/// The ledger shared by real processes, some of which are killed.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct LedgerProcessTests {
    /// In each, three workers are killed.
    private static let rounds = 10

    @Test(arguments: [1, 2, 4, 8])
    func exactlyAsManyAreHeldAsFit(processes: Int) async throws {
        let book = try await LedgerFixture()
        let fitting: Int64 = 37
        try await book.limit(fitting * 100, scope: .organization, subject: "acme")
        let granted = try await withThrowingTaskGroup(of: Int64.self) { group in
            for worker in try await ready(processes, ["hold"], ["\(200 / processes)"], on: book) {
                group.addTask {
                    try worker.begin()
                    return await worker.next()?.split(separator: " ").last.flatMap { Int64($0) } ?? 0
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(granted == fitting)
        #expect(try await book.balance() == [0, 3700, 0])
        #expect(try await book.database.discrepancies() == [])
    }

    /// Whatever a worker said that it settled is on the ledger, once; what it left held is settled by another.
    @Test func whoeverIsKilledLosesNothingAndLeaksNothing() async throws {
        let book = try await LedgerFixture()
        try await book.limit(20_000, scope: .organization, subject: "acme")
        var journal: [String] = []
        for _ in 0..<Self.rounds {
            try await withThrowingTaskGroup(of: [String].self) { group in
                for worker in try await ready(3, ["churn"], [], on: book) {
                    try worker.begin()
                    group.addTask { await killed(worker, afterLines: .random(in: 1...30)) }
                }
                for try await lines in group { journal += lines }
            }
        }
        #expect(journal.contains("refused"))
        journal.removeAll { $0 == "refused" }
        #expect(journal.filter { !$0.hasPrefix("settled ") } == [])
        _ = try await book.ledger.reap(at: Timestamp.start.advanced(bySeconds: 61))

        let entries = try await book.database.read { session in
            try session.rows("SELECT * FROM usage").map(UsageEntry.init)
        }
        let finished = entries.filter { $0.ending.outcome == .finished }
        let settled = Set(finished.map { "settled \($0.requestID) \($0.ending.usage.totalTokens)" })
        #expect(settled.count == finished.count)
        #expect(Set(journal).count == journal.count)
        #expect(Set(journal).subtracting(settled) == [])
        let used = entries.reduce(0) { $0 + $1.ending.usage.totalTokens }
        #expect(try await book.balance() == [used, 0, 20_000 - used])
        #expect(try await book.database.discrepancies() == [])
    }

    /// Workers that have opened the store and wait to begin.
    private func ready(
        _ count: Int, _ command: [String], _ more: [String], on book: LedgerFixture
    ) async throws -> [LedgerProcess] {
        let arguments = command + [book.file.path, "\(Timestamp.start.milliseconds)"] + more
        let workers = try (0..<count).map { _ in try LedgerProcess(arguments) }
        for worker in workers { #expect(await worker.next() == "ready") }
        return workers
    }

    /// Everything that the worker said before the signal came.
    private func killed(_ worker: LedgerProcess, afterLines count: Int) async -> [String] {
        var said: [String] = []
        while let line = await worker.next() {
            said.append(line)
            if said.count == count { worker.kill() }
        }
        return said
    }
}
