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
        let histories = environment["SLUICE_HISTORIES"].flatMap(Int.init) ?? 20
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
        [("small", nil), ("large", "low"), ("small", "high")].map { model, project in
            LedgerFixture.path(person, project: project, model: model)
        }
    }

    init(seed: UInt64) async throws {
        random = SeededGenerator(seed: seed)
        book = try await LedgerFixture()
        model = LedgerModel(calendar: try #require(WindowCalendar(timeZone: "Europe/Berlin")))
        for priority in Priority.allCases {
            try await book.project(priority)
            model.priorities[ProjectID(rawValue: priority.rawValue)] = priority
        }
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let limit = randomLimit()
            try limit.check()
            try await book.store(limit)
            model.limits.append(limit)
        }
    }

    mutating func step() async throws {
        switch Int.random(in: 0..<24, using: &random) {
        case 0..<8: try await hold()
        case 8..<11: try await extend()
        case 11..<15: try await settle()
        case 15: try await release()
        case 16..<18: try await refresh()
        case 18: try await reap()
        case 19: try await editLimit()
        case 20: try await grant()
        default: moveClock()
        }
    }

    mutating func differences() async throws -> [String] {
        var differences = differing
        for path in Self.paths {
            for account in try await book.ledger.accounts(on: path, at: now) where account.limit.window != .perRequest {
                let expected = model.standing(of: account.limit, account.share?.priority, on: path, at: now)
                let real = [account.used, account.held, account.available]
                if real != expected {
                    differences.append(
                        "\(account.share.debugDescription) \(account.limit): \(real), expected \(expected)")
                }
            }
            for pot in try await book.pots(of: path, at: now) {
                let expected = model.pots[pot.grant.id] ?? LedgerModel.PotBalance()
                let real = LedgerModel.PotBalance(used: pot.used, held: pot.held)
                if real != expected { differences.append("\(pot.grant): \(real), expected \(expected)") }
            }
        }
        if try await book.ledger.openHolds().count != model.held.count { differences.append("open holds") }
        return differences
    }

    // MARK: Steps

    private mutating func hold() async throws {
        let request = LedgerFixture.request(
            prompt: .random(in: 0...60, using: &random), reply: .random(in: 1...120, using: &random),
            minimum: .random(in: 1...20, using: &random), tariff: randomTariff(),
            path: Self.paths.randomElement(using: &random)!,
            expecting: Bool.random(using: &random) ? .random(in: 1...80, using: &random) : nil, at: now)
        requests.append(request)
        let obstacles = model.obstacles(to: request, at: now)
        let expected = model.hold(request, at: now)
        switch try await book.ledger.hold(request, at: now) {
        case .granted(let allowance):
            compare("hold past \(obstacles)", [allowance.replyCap, allowance.heldReply], expected)
        case .refused: compare("hold", nil, expected)
        case .queued: compare("queued", true, false)
        }
    }

    private mutating func extend() async throws {
        guard let id = requests.randomElement(using: &random)?.requestID else { return }
        let wanted = Int64.random(in: 1...150, using: &random)
        let expected = model.extend(id, to: wanted, at: now)
        do {
            compare("extend", try await book.ledger.extend(id, toReply: wanted, at: now).heldReply, expected)
        } catch LedgerFailure.unknownRequest {
            compare("extend", nil, expected)
        }
    }

    private mutating func settle() async throws {
        guard let id = requests.randomElement(using: &random)?.requestID else { return }
        let prompt = Int64.random(in: 0...80, using: &random)
        let completion = Int64.random(in: 0...150, using: &random)
        let usage = Usage(
            promptTokens: prompt, completionTokens: completion,
            cachedPromptTokens: .random(in: 0...prompt, using: &random),
            reasoningTokens: .random(in: 0...completion, using: &random), source: .reported)
        let expected = model.settle(id, usage, outcome: .finished, at: now)
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

    private mutating func grant() async throws {
        let holder = [
            Grant.Holder.person(PersonID(rawValue: "ada")), .project(ProjectID(rawValue: "low")),
            .organization(LedgerFixture.organization),
        ].randomElement(using: &random)!
        let meter = [Limit.Meter.tokens, .cost, .requests, .promptTokens].randomElement(using: &random)!
        let lifetime = [30, 4000, 100_000].randomElement(using: &random)!
        let amount = Int64.random(in: 1...300, using: &random)
        model.grants.append(
            try await book.grant(amount, meter, to: holder, until: now.advanced(bySeconds: Int64(lifetime))))
    }

    private mutating func moveClock() {
        let step = [1, 20, 61, 3600, 86_400, 2_700_000, -5, -3600, -86_400].randomElement(using: &random)!
        now = now.advanced(bySeconds: Int64(step))
    }

    private mutating func compare<Answer: Equatable>(_ what: String, _ real: Answer?, _ expected: Answer?) {
        guard real != expected else { return }
        differing.append("\(what): \(String(describing: real)), expected \(String(describing: expected))")
    }

    // MARK: Choices

    private mutating func randomTariff() -> Tariff {
        Tariff(
            promptNanodollarsPerMillion: .random(in: 0...3_000_000, using: &random),
            completionNanodollarsPerMillion: .random(in: 0...3_000_000, using: &random),
            cachedPromptNanodollarsPerMillion: Bool.random(using: &random)
                ? .random(in: 0...4_000_000, using: &random) : nil,
            weightPartsPerMillion: .random(in: 0...2_000_000, using: &random),
            cachedPromptWeightPartsPerMillion: Bool.random(using: &random)
                ? .random(in: 0...2_000_000, using: &random) : nil,
            reasoningWeightPartsPerMillion: Bool.random(using: &random)
                ? .random(in: 0...3_000_000, using: &random) : nil)
    }

    private mutating func randomLimit() -> Limit {
        let meters: [Limit.Meter] = [.tokens, .tokens, .cost, .requests, .concurrent, .promptTokens, .completionTokens]
        let meter = meters.randomElement(using: &random)!
        let windows: [Window] =
            meter == .concurrent ? [.lifetime] : [.minute, .hour, .day, .week, .month, .lifetime, .bucket, .bucket]
        let window = windows.randomElement(using: &random)!
        let (scope, subject) = [
            (Limit.Scope.organization, "acme"), (.project, "low"), (.tier, "free"), (.person, "ada"), (.model, "large"),
        ].randomElement(using: &random)!
        let isFew = meter == .requests || meter == .concurrent
        let amounts: ClosedRange<Int64> = isFew ? 0...12 : 0...1500
        let isShared = [.organization, .project, .model].contains(scope) && Bool.random(using: &random)
        return Limit(
            scope: scope, subject: subject, model: Bool.random(using: &random) ? nil : ModelID(rawValue: "small"),
            meter: meter, window: window, amount: .random(in: amounts, using: &random),
            refill: window == .bucket ? .random(in: 1...3_000_000, using: &random) : nil,
            mode: Int.random(in: 0..<5, using: &random) == 0 ? .shadow : .enforce,
            schedule: Bool.random(using: &random) ? [] : [randomRule(amounts)],
            pressure: isShared ? randomPressure() : nil)
    }

    private mutating func randomRule(_ amounts: ClosedRange<Int64>) -> ScheduleRule {
        ScheduleRule(
            weekdays: [Weekday.allCases.randomElement(using: &random)!, .wednesday],
            fromMinute: .random(in: 0...1439, using: &random), untilMinute: .random(in: 0...1440, using: &random),
            amount: .random(in: amounts, using: &random))
    }

    private mutating func randomPressure() -> Pressure {
        Pressure(
            thresholdPartsPerMillion: .random(in: 0...1_000_000, using: &random),
            sharesPartsPerMillion: [
                .low: .random(in: 0...1_000_000, using: &random), .normal: .random(in: 0...1_000_000, using: &random),
            ])
    }
}
