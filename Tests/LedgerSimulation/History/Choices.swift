import Core
import SeededRandom

/// Chooses what happens next, without knowing what came of what happened before.
struct Choices {
    private var random: SeededGenerator
    private var requests = 0
    private var limits = 0
    private var grants = 0
    /// What was set so far, to set some of it again once it was taken away.
    private var kinds: [Limit] = []
    /// All amounts and tokens of a history are multiplied by it.
    private let scale: Int64

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        scale = Self.scales.randomElement(using: &random)!
    }

    private static let scales: [Int64] = [1, 1, 1, 1, 1, 1, 1000, 100_000_000]

    mutating func beginning() -> Timestamp {
        Timestamp(
            milliseconds: one(of: World.beginnings).milliseconds + Int64.random(in: 0..<3_600_000, using: &random))
    }

    /// What is set before anybody comes.
    mutating func settings() -> [Step] {
        let limits = (0..<Int.random(in: 1...8, using: &random)).map { _ in addLimit() }
        return ([calendar()] + limits).map { Step(worker: 0, operation: $0) }
    }

    mutating func step() -> Step {
        let operation = operation()
        let isFaulty = chance(1, of: 50) && operation.isOfLedger
        return Step(
            worker: .random(in: 0..<World.workers, using: &random), operation: operation,
            fault: isFaulty ? Fault(place: one(of: Fault.Place.allCases), endsTransaction: chance(1, of: 2)) : nil)
    }

    private mutating func operation() -> Operation {
        switch Int.random(in: 0..<1000, using: &random) {
        case 0..<340: hold()
        case ..<440: .extend(request: recent(requests, among: 4), toReply: tokens(1...150))
        case ..<620: settle()
        case ..<670: .release(request: request())
        case ..<740:
            .refresh(request: request(), streamed: tokens(0...100), leaseSeconds: leaseSeconds())
        case ..<770: .reap(lateBySeconds: one(of: [0, 0, 0, 5, -5, 60]))
        case ..<780: .look(way())
        case ..<860: .moveClock(milliseconds: milliseconds())
        case ..<890:
            .moveClockToEnd(of: one(of: PlainCalendar.windows), milliseconds: one(of: [-1000, -1, 0, 1, 61_000]))
        case ..<915: changeLimit()
        case ..<923: addLimit()
        case ..<927: addLimitAgain()
        case ..<934: .retireLimit(limit())
        case ..<956: grant()
        case ..<962: .revokeGrant(recent(grants, among: 6))
        case ..<973: .moveToTier(person: index(of: World.people), tier: index(of: World.tiers))
        case ..<982: .setPriority(project: index(of: World.projects), one(of: Priority.allCases))
        case ..<993: calendar()
        case ..<999: .setRules(rules())
        default: .crash
        }
    }
}

// MARK: Requests

extension Choices {
    private mutating func hold() -> Operation {
        if chance(1, of: 30) {
            return .hold(asked(request()))
        }
        requests += 1
        return .hold(asked(requests - 1))
    }

    private mutating func asked(_ request: Int) -> Asked {
        Asked(
            request: request, way: way(), prompt: tokens(0...60), reply: chance(1, of: 40) ? 0 : tokens(1...120),
            minimum: tokens(0...20), expected: chance(1, of: 2) ? tokens(1...80) : nil, tariff: tariff(),
            leaseSeconds: leaseSeconds())
    }

    private mutating func way() -> Way {
        Way(
            person: index(of: World.people), project: chance(1, of: 2) ? index(of: World.projects) : nil,
            hasKey: chance(1, of: 3), model: index(of: World.models))
    }

    /// Some run out soon, others hardly ever.
    private mutating func leaseSeconds() -> Int64 {
        chance(1, of: 3) ? .random(in: 1...90, using: &random) : .random(in: 600...100_000, using: &random)
    }

    private mutating func settle() -> Operation {
        let (prompt, completion) = (tokens(0...80), tokens(0...150))
        let usage = Usage(
            promptTokens: prompt, completionTokens: completion,
            cachedPromptTokens: chance(1, of: 2) ? .random(in: 0...prompt, using: &random) : 0,
            reasoningTokens: chance(1, of: 2) ? .random(in: 0...completion, using: &random) : 0,
            source: chance(1, of: 2) ? .reported : .counted)
        return .settle(request: request(), usage, one(of: [.finished, .stopped, .abandoned, .failed, .limited]))
    }

    /// Mostly one of the last few, which may still run.
    private mutating func request() -> Int {
        recent(requests, among: chance(1, of: 10) ? 60 : 8)
    }

    private mutating func tariff() -> Tariff {
        Tariff(
            promptNanodollarsPerMillion: .random(in: 0...3_000_000, using: &random),
            completionNanodollarsPerMillion: .random(in: 0...3_000_000, using: &random),
            cachedPromptNanodollarsPerMillion: maybe(0...3_000_000),
            weightPartsPerMillion: chance(1, of: 2) ? 1_000_000 : .random(in: 0...3_000_000, using: &random),
            cachedPromptWeightPartsPerMillion: maybe(0...3_000_000),
            reasoningWeightPartsPerMillion: maybe(0...3_000_000))
    }
}

// MARK: Settings

extension Choices {
    private mutating func addLimit() -> Operation {
        limits += 1
        let limit = randomLimit(limits - 1)
        kinds.append(limit)
        return .addLimit(limits - 1, limit)
    }

    /// One that counts what another one counts or counted.
    private mutating func addLimitAgain() -> Operation {
        guard var limit = kinds.randomElement(using: &random) else { return addLimit() }
        limits += 1
        limit.id = Limit.ID(number: limits - 1)
        limit.amount = limit.amount / 2 + 1
        kinds.append(limit)
        return .addLimit(limits - 1, limit)
    }

    private mutating func changeLimit() -> Operation {
        let number = limit()
        guard var limit = kinds.indices.contains(number) ? kinds[number] : nil else { return addLimit() }
        let amounts = amounts(limit.meter, limit.window)
        limit.amount = .random(in: amounts, using: &random)
        limit.refill = limit.refill.map { _ in refill() }
        limit.mode = chance(1, of: 4) ? .shadow : .enforce
        limit.schedule = chance(3, of: 4) ? limit.schedule : [rule(amounts)]
        limit.pressure = chance(3, of: 4) ? limit.pressure : pressure()
        return .changeLimit(number, limit)
    }

    private mutating func randomLimit(_ number: Int) -> Limit {
        let (scope, subjects) = one(of: World.subjects)
        let meter = one(of: [.tokens, .tokens, .tokens, .cost, .promptTokens, .completionTokens] + few(scope))
        let window = window(meter, scope)
        let amounts = amounts(meter, window)
        return Limit(
            id: Limit.ID(number: number), scope: scope, subject: one(of: subjects),
            model: chance(1, of: 4) ? one(of: World.models) : nil, meter: meter, window: window,
            amount: .random(in: amounts, using: &random), refill: window == .bucket ? refill() : nil,
            mode: chance(1, of: 5) ? .shadow : .enforce, schedule: chance(2, of: 3) ? [] : [rule(amounts)],
            pressure: [.organization, .project, .model].contains(scope) && chance(1, of: 2) ? pressure() : nil)
    }

    private func amounts(_ meter: Limit.Meter, _ window: Window) -> ClosedRange<Int64> {
        if meter == .requests || meter == .concurrent { return 0...12 }
        return ((window == .perRequest ? 80 : 0) * scale)...(1500 * scale)
    }

    /// From a unit in weeks to a few each second.
    private mutating func refill() -> Int64 {
        .random(in: 1...(one(of: [100_000, 5_000_000]) * scale), using: &random)
    }

    /// What no single request can be limited by.
    private func few(_ scope: Limit.Scope) -> [Limit.Meter] { scope == .request ? [] : [.requests, .concurrent] }

    private mutating func window(_ meter: Limit.Meter, _ scope: Limit.Scope) -> Window {
        if scope == .request { return .perRequest }
        if meter == .concurrent { return .lifetime }
        if meter != .requests, chance(1, of: 15) { return .perRequest }
        return one(of: [
            .minute, .minute, .hour, .hour, .hour, .day, .day, .day, .week, .week, .month, .month, .lifetime,
            .bucket, .bucket, .bucket,
        ])
    }

    private mutating func rule(_ amounts: ClosedRange<Int64>) -> ScheduleRule {
        ScheduleRule(
            weekdays: [one(of: Weekday.allCases), one(of: Weekday.allCases)],
            fromMinute: .random(in: 0...1439, using: &random), untilMinute: .random(in: 0...1440, using: &random),
            amount: .random(in: amounts, using: &random))
    }

    private mutating func pressure() -> Pressure {
        var shares: [Priority: Int64] = [.low: .random(in: 0...1_000_000, using: &random)]
        if chance(1, of: 2) { shares[.normal] = .random(in: 0...1_000_000, using: &random) }
        return Pressure(
            thresholdPartsPerMillion: .random(in: 0...1_000_000, using: &random), sharesPartsPerMillion: shares)
    }

    private mutating func grant() -> Operation {
        grants += 1
        let holder = one(of: [
            Grant.Holder.person(one(of: World.people)), .project(one(of: World.projects)),
            .organization(World.organization),
        ])
        return .grant(
            grants - 1, holder, one(of: [.tokens, .tokens, .cost, .requests, .promptTokens, .completionTokens]),
            amount: tokens(1...300), seconds: one(of: [30, 4000, 100_000, 3_000_000]))
    }

    private mutating func calendar() -> Operation {
        .setCalendar(
            zone: one(of: World.zones), weekStart: one(of: [.monday, .sunday, .saturday]),
            resetHour: one(of: [0, 0, 2, 3, 4, 23]))
    }

    /// Alerts on the way matter to nobody here; where refusals begin does.
    private mutating func rules() -> [AlertRule] {
        [
            AlertRule(
                thresholdPartsPerMillion: one(of: [1_000_000, 1_000_000, 950_000, 800_000, 333_333]), action: .block)
        ]
    }

    private mutating func limit() -> Int { .random(in: 0..<max(1, limits), using: &random) }
}

// MARK: Chance

extension Choices {
    private mutating func one<Choice>(of choices: [Choice]) -> Choice { choices.randomElement(using: &random)! }

    private mutating func index<Choice>(of choices: [Choice]) -> Int { .random(in: choices.indices, using: &random) }

    private mutating func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &random) < part
    }

    private mutating func maybe(_ range: ClosedRange<Int64>) -> Int64? {
        chance(1, of: 3) ? .random(in: range, using: &random) : nil
    }

    private mutating func tokens(_ range: ClosedRange<Int64>) -> Int64 {
        .random(in: (range.lowerBound * scale)...(range.upperBound * scale), using: &random)
    }

    /// One of the last few of so many that were numbered.
    private mutating func recent(_ count: Int, among last: Int) -> Int {
        max(0, count - 1 - Int.random(in: 0..<last, using: &random))
    }

    /// Mostly a little; sometimes up to 400 days, and back.
    private mutating func milliseconds() -> Int64 {
        let second: Int64 = 1000
        let steps: [Int64] = [
            1, 15, 500, second, 7 * second, 20 * second, 45 * second, 61 * second, 600 * second, 1800 * second,
            3600 * second, 5400 * second, -1, -second, -20 * second, -1800 * second, -3600 * second,
        ]
        let leaps: [Int64] = [86_400, 604_800, 2_700_000, 34_560_000, -86_400, -2_700_000, -34_560_000]
        return chance(1, of: 12) ? one(of: leaps) * second : one(of: steps)
    }
}

extension Operation {
    /// Whether it is one of the ledger's own.
    fileprivate var isOfLedger: Bool {
        switch self {
        case .hold, .extend, .settle, .release, .refresh, .reap: true
        default: false
        }
    }
}

extension Identifier {
    /// `limit-07`: numbers in their order.
    init(_ name: String, number: Int) {
        let digits = String(number)
        self.init(rawValue: name + "-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits)
    }
}

extension Limit.ID {
    init(number: Int) { self.init("limit", number: number) }
}
