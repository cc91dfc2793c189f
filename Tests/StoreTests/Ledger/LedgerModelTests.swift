import Core
import Foundation
import Testing

@testable import Store

/// The ledger and its model, led through the same random history: after every step they must agree.
///
/// `SLUICE_SEED=n` repeats one history, `SLUICE_HISTORIES=n` runs more of them.
struct LedgerModelTests {
    @Test func theLedgerAgreesWithItsModelThroughRandomHistories() async throws {
        let environment = ProcessInfo.processInfo.environment
        let histories = environment["SLUICE_HISTORIES"].flatMap(Int.init) ?? 12
        let seeds =
            environment["SLUICE_SEED"].flatMap(UInt64.init).map { [$0] }
            ?? (0..<histories).map { _ in UInt64.random(in: .min ... .max) }
        for seed in seeds {
            var history = try await RandomHistory(seed: seed)
            for step in 0..<150 {
                try await history.step()
                let differences = try await history.differences()
                try #require(differences.isEmpty, "seed \(seed), step \(step): \(differences)")
            }
            #expect(try await history.book.database.discrepancies() == [], "seed \(seed)")
        }
    }
}

private struct RandomHistory {
    let book: LedgerFixture
    private var model: LedgerModel
    private var random: SeededGenerator
    private var now = Timestamp.start
    private var requests: [HoldRequest] = []
    private var differing: [String] = []

    private static let paths = ["ada", "bob"].flatMap { person in
        ["small", "large"].map { LedgerFixture.path(person, model: $0) }
    }

    init(seed: UInt64) async throws {
        random = SeededGenerator(seed: seed)
        book = try await LedgerFixture()
        model = LedgerModel(calendar: try #require(WindowCalendar(timeZone: "Europe/Berlin")))
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let limit = randomLimit()
            try await book.store(limit)
            model.limits.append(limit)
        }
    }

    mutating func step() async throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<8: try await hold()
        case 8..<12: try await settle()
        case 12: try await release()
        case 13..<15: try await refresh()
        case 15: try await reap()
        case 16: try await editLimit()
        default: moveClock()
        }
    }

    mutating func differences() async throws -> [String] {
        var differences = differing
        for path in Self.paths {
            for account in try await book.ledger.accounts(on: path, at: now) {
                let expected = model.balance(of: account.limit, on: path, at: now)
                let real = LedgerModel.Balance(used: account.used, held: account.held)
                if real != expected { differences.append("\(account.limit): \(real), expected \(expected)") }
            }
        }
        if try await book.ledger.openHolds().count != model.held.count { differences.append("open holds") }
        return differences
    }

    // MARK: Steps

    private mutating func hold() async throws {
        let tariff = Tariff(
            promptNanodollarsPerMillion: .random(in: 0...3_000_000, using: &random),
            completionNanodollarsPerMillion: .random(in: 0...3_000_000, using: &random),
            weightPartsPerMillion: .random(in: 0...2_000_000, using: &random))
        let request = LedgerFixture.request(
            prompt: .random(in: 0...60, using: &random), reply: .random(in: 1...120, using: &random),
            minimum: .random(in: 1...20, using: &random), tariff: tariff,
            path: Self.paths.randomElement(using: &random)!, at: now)
        requests.append(request)
        let expected = model.hold(request, at: now)
        switch try await book.ledger.hold(request, at: now) {
        case .granted(let allowance): compare("hold", allowance.replyCap, expected)
        case .refused: compare("hold", nil, expected)
        case .queued: compare("queued", true, false)
        }
    }

    private mutating func settle() async throws {
        guard let id = requests.randomElement(using: &random)?.requestID else { return }
        let usage = Usage(
            promptTokens: .random(in: 0...80, using: &random), completionTokens: .random(in: 0...150, using: &random),
            source: .reported)
        let expected = model.settle(id, usage, outcome: .finished)
        do {
            let settlement = try await book.ledger.settle(id, as: Ending(usage: usage, outcome: .finished), at: now)
            compare("settle", settlement.usage, expected)
        } catch LedgerFailure.unknownRequest {
            compare("settle", nil, expected)
        }
    }

    private mutating func release() async throws {
        guard let id = requests.randomElement(using: &random)?.requestID else { return }
        model.release(id)
        try await book.ledger.release(id)
    }

    private mutating func refresh() async throws {
        guard let id = model.held.keys.sorted(by: { $0.rawValue < $1.rawValue }).randomElement(using: &random) else {
            return
        }
        let lease = now.advanced(bySeconds: 60)
        let streamed = Int64.random(in: 0...100, using: &random)
        model.held[id]?.streamed = streamed
        model.held[id]?.leaseUntil = lease
        let standings = try await book.ledger.refresh(
            [HoldProgress(requestID: id, streamedTokens: streamed)], leaseUntil: lease)
        compare("refresh", standings.count, 1)
    }

    private mutating func reap() async throws {
        let expected = model.reap(at: now)
        compare("reap", Set(try await book.ledger.reap(at: now).map(\.requestID)), expected)
    }

    private mutating func editLimit() async throws {
        let index = Int.random(in: model.limits.indices, using: &random)
        model.limits[index].amount = .random(in: 0...1500, using: &random)
        model.limits[index].mode = Bool.random(using: &random) ? .enforce : .shadow
        try await book.store(model.limits[index])
    }

    private mutating func moveClock() {
        let step = [1, 20, 61, 3600, 86_400, 2_700_000, -5, -3600, -86_400].randomElement(using: &random)!
        now = now.advanced(bySeconds: Int64(step))
    }

    private mutating func compare<Answer: Equatable>(_ what: String, _ real: Answer?, _ expected: Answer?) {
        guard real != expected else { return }
        differing.append("\(what): \(String(describing: real)), expected \(String(describing: expected))")
    }

    private mutating func randomLimit() -> Limit {
        let meter = [Limit.Meter.tokens, .tokens, .cost, .requests, .concurrent].randomElement(using: &random)!
        let windows = meter == .concurrent ? [Window.lifetime] : [.minute, .hour, .day, .week, .month, .lifetime]
        let (scope, subject) = [
            (Limit.Scope.organization, "acme"), (.tier, "free"), (.person, "ada"), (.model, "large"),
        ].randomElement(using: &random)!
        let amounts: ClosedRange<Int64> = meter == .tokens || meter == .cost ? 0...1500 : 0...12
        return Limit(
            scope: scope, subject: subject, model: Bool.random(using: &random) ? nil : ModelID(rawValue: "small"),
            meter: meter, window: windows.randomElement(using: &random)!, amount: .random(in: amounts, using: &random),
            mode: Int.random(in: 0..<5, using: &random) == 0 ? .shadow : .enforce)
    }
}
