import Core
import Foundation
import Testing

@testable import Store

/// What a hold and its settlement cost, on a path of four limits. Runs only when asked for: `SLUICE_BENCH=1`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SLUICE_BENCH"] != nil))
struct LedgerBenchmark {
    /// As fast as it goes: every client begins its next request when the last one is settled.
    @Test(arguments: [(workers: 1, clients: 1), (1, 64), (2, 64), (4, 64)])
    func closedLoop(workers: Int, clients: Int) async throws {
        let times = try await run(workers: workers, clients: clients, rounds: 12_800 / clients, pause: .zero)
        report("closed loop", workers, clients, times)
    }

    /// As a busy organization sends: each client waits a while between two requests.
    @Test(arguments: [(workers: 2, clients: 64)])
    func paced(workers: Int, clients: Int) async throws {
        let times = try await run(workers: workers, clients: clients, rounds: 60, pause: .milliseconds(100))
        report("paced", workers, clients, times)
    }

    private func run(workers: Int, clients: Int, rounds: Int, pause: Duration) async throws -> [Duration] {
        let book = try await LedgerFixture()
        for window in [Window.minute, .day, .month] { try await book.limit(.max, per: window) }
        try await book.limit(.max, scope: .organization, subject: LedgerFixture.organization.rawValue)
        let ledgers = try (0..<workers).map { _ in try book.anotherWorker() }
        return try await withThrowingTaskGroup(of: [Duration].self) { group in
            for client in 0..<clients {
                group.addTask {
                    try await (0..<rounds).asyncMap { _ in
                        if pause > .zero { try await Task.sleep(for: pause * Double.random(in: 0.5...1.5)) }
                        return try await Self.holdAndSettle(ledgers[client % workers], client)
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private static func holdAndSettle(_ ledger: SQLLedger, _ client: Int) async throws -> Duration {
        let request = LedgerFixture.request(path: LedgerFixture.path("person-\(client)"))
        return try await ContinuousClock().measure {
            guard case .granted = try await ledger.hold(request, at: .start) else { throw LedgerFixture.NotGranted() }
            _ = try await ledger.settle(request.requestID, as: .finished(), at: .start)
        }
    }

    private func report(_ name: String, _ workers: Int, _ clients: Int, _ times: [Duration]) {
        let sorted = times.sorted()
        let (p50, p99) = (sorted[sorted.count / 2], sorted[sorted.count * 99 / 100])
        print(
            "hold + settle, \(name), \(workers) workers, \(clients) clients: p50 \(p50), p99 \(p99), n \(times.count)")
        #expect(sorted.count > 0)
    }
}

extension Range<Int> {
    fileprivate func asyncMap<Value>(_ body: (Int) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
