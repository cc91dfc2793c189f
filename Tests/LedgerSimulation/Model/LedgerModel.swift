import Core

/// The ledger's rules as plainly as they can be said, to compare the real one with. Nothing here is fast, nothing is
/// stored, and a request simply knows which accounts it is counted on.
struct LedgerModel {
    /// A limit, and since when it no longer counts.
    struct Rule {
        var limit: Limit
        var retiredAt: Timestamp?
    }

    /// One limit for one holder in one window, or the share that one priority may take of it.
    struct Account: Equatable {
        let limit: Limit.ID
        let holder: String
        let priority: Priority?
        let window: WindowInterval
        var used: Int64 = 0
        var held: Int64 = 0
        /// What has yet to flow back until a bucket is full, in thousand-millionths of a unit.
        var missing: Int128 = 0
        var reckonedAt: Timestamp
    }

    struct Pot: Equatable {
        var grant: Grant
        var used: Int64 = 0
        var held: Int64 = 0

        var left: Int64 { grant.amount - used - held }
    }

    /// What a request holds of an account or a pot, or has used of it.
    struct Part: Equatable {
        /// Where it stands among the accounts, or the pots.
        let index: Int
        var held: Int64
        var used: Int64 = 0
    }

    struct Request {
        /// Counts up.
        let number: Int
        let asked: HoldRequest
        let openedAt: Timestamp
        var replyCap: Int64
        var heldReply: Int64
        var charges: [Part]
        var draws: [Part]
        var leaseUntil: Timestamp
        var streamed: Int64 = 0
        var settlement: Settlement?
        /// It was settled for a worker that was taken for gone.
        var mayBeCorrected = false

        var tariff: Tariff { asked.demand.tariff }
    }

    var calendar: WindowCalendar
    /// Where refusals begin, in parts per million of a limit that fills over an hour or longer.
    var blockedFrom: Int64 = 1_000_000
    var priorities: [ProjectID: Priority] = [:]
    /// The widest scopes first.
    var rules: [Rule] = []
    var accounts: [Account] = []
    var pots: [Pot] = []
    var requests: [RequestID: Request] = [:]
    private var number = 0

    init(calendar: WindowCalendar) {
        self.calendar = calendar
    }
}

// MARK: What can be done

extension LedgerModel {
    enum Answer {
        case duplicate
        case refused([Obstacle])
        /// With how everything stood before.
        case granted(Request, [Standing])
    }

    mutating func hold(_ asked: HoldRequest, at now: Timestamp) -> Answer {
        guard requests[asked.requestID] == nil else { return .duplicate }
        let demand = asked.demand
        let least = min(demand.minimumReply, demand.replyCap)
        let standings = standings(on: asked.origin.path, at: now)
        rewind(standings, at: now)
        let obstacles = standings.compactMap { obstacle(to: $0.limit.dearest(demand, least), $0) }
        guard obstacles.isEmpty else { return .refused(obstacles) }
        let cap = longest(from: least, to: demand.replyCap) { reply in
            standings.allSatisfy { obstacle(to: $0.limit.dearest(demand, reply), $0) == nil }
        }
        let reply = min(cap, max(demand.expectedReply ?? cap, least))
        let counted = standings.filter { $0.limit.window != .perRequest }
        let (charges, draws) = take(
            counted.map { $0.limit.dearest(demand, reply) }, of: counted, on: asked.origin.path, at: now)
        for charge in charges { reckon(charge.index, at: now) }
        number += 1
        let request = Request(
            number: number, asked: asked, openedAt: now, replyCap: cap, heldReply: reply, charges: charges,
            draws: draws,
            leaseUntil: asked.leaseUntil)
        requests[asked.requestID] = request
        return .granted(request, standings)
    }

    /// How much of the reply is held then, and the limits that leave no more; nil when nothing is held.
    mutating func extend(_ id: RequestID, to wanted: Int64, at now: Timestamp) -> (reply: Int64, limits: [Limit.ID])? {
        guard var request = requests[id], request.settlement == nil else { return nil }
        let (demand, held, most) = (request.asked.demand, request.heldReply, min(wanted, request.replyCap))
        guard most > held else { return (held, []) }
        let standings = standings(of: request, at: now)
        let more = { (limit: Limit, reply: Int64) in limit.dearest(demand, reply) - limit.dearest(demand, held) }
        let inTheWay = { (reply: Int64) in standings.filter { $0.isInTheWay(of: more($0.limit, reply)) }.map(\.limit.id)
        }
        let reply = longest(from: held, to: most) { inTheWay($0).isEmpty }
        let (charges, draws) = take(
            standings.map { more($0.limit, reply) }, of: standings, on: request.asked.origin.path, at: now)
        request.charges.add(charges)
        request.draws.add(draws)
        request.heldReply = reply
        requests[id] = request
        return (reply, reply < most ? inTheWay(reply + 1) : [])
    }

    mutating func settle(_ id: RequestID, _ usage: Usage, _ outcome: Outcome, at now: Timestamp) -> Settlement? {
        guard var request = requests[id] else { return nil }
        if var first = request.settlement {
            guard request.mayBeCorrected, usage.isMore(than: first.usage) else { return first }
            first.usage = first.usage.raised(to: usage)
            first.cost = max(first.cost, request.tariff.cost(of: first.usage))
            first.outcome = outcome
            first.endedAt = now
            request.settlement = first
        } else {
            request.settlement = Settlement(
                requestID: id, usage: usage, cost: request.tariff.cost(of: usage), outcome: outcome,
                openedAt: request.openedAt, endedAt: now)
        }
        request.mayBeCorrected = outcome == .expired
        charge(&request, at: now)
        requests[id] = request
        return request.settlement
    }

    /// As if it had never been; but what flowed back into a bucket meanwhile has flowed.
    mutating func release(_ id: RequestID) {
        guard let request = requests[id], request.settlement == nil else { return }
        for charge in request.charges { move(charge.index, held: -charge.held, used: 0) }
        for draw in request.draws { pots[draw.index].held -= draw.held }
        requests[id] = nil
    }

    mutating func refresh(_ id: RequestID, streamed: Int64, leaseUntil: Timestamp) -> Bool {
        guard let request = requests[id], request.settlement == nil else { return false }
        requests[id]?.streamed = streamed
        requests[id]?.leaseUntil = leaseUntil
        return true
    }

    /// Those that are held, the oldest first.
    var open: [Request] { requests.values.filter { $0.settlement == nil }.sorted { $0.number < $1.number } }

    mutating func reap(expiredBy moment: Timestamp, at now: Timestamp) -> [Settlement] {
        open.filter { $0.leaseUntil < moment }.compactMap { request in
            let usage = Usage(
                promptTokens: request.asked.demand.promptTokens, completionTokens: request.streamed, source: .counted)
            return settle(request.asked.requestID, usage, .expired, at: now)
        }
    }

    /// The longest reply that fits, where the least does and none fits better than a shorter one.
    private func longest(from least: Int64, to most: Int64, fits: (Int64) -> Bool) -> Int64 {
        var (fitting, tooLong) = (least, most)
        if fits(most) { return most }
        while tooLong - fitting > 1 {
            let middle = fitting + (tooLong - fitting) / 2
            if fits(middle) { fitting = middle } else { tooLong = middle }
        }
        return fitting
    }
}

extension Limit {
    /// What a hold takes of it: as if all of the request were of the dearest kind.
    func dearest(_ demand: Demand, _ reply: Int64) -> Int64 {
        if meter == .concurrent { return 1 }
        let charges = [0, demand.promptTokens].flatMap { cached in
            [0, reply].map { reasoning in
                demand.tariff.charge(
                    meter,
                    for: Usage(
                        promptTokens: demand.promptTokens, completionTokens: reply, cachedPromptTokens: cached,
                        reasoningTokens: reasoning, source: .counted))
            }
        }
        return charges.max() ?? 0
    }
}

extension Usage {
    fileprivate func isMore(than other: Usage) -> Bool {
        promptTokens > other.promptTokens || completionTokens > other.completionTokens
    }

    fileprivate func raised(to other: Usage) -> Usage {
        Usage(
            promptTokens: max(promptTokens, other.promptTokens),
            completionTokens: max(completionTokens, other.completionTokens),
            cachedPromptTokens: max(cachedPromptTokens, other.cachedPromptTokens),
            reasoningTokens: max(reasoningTokens, other.reasoningTokens), source: other.source)
    }
}

extension Grant {
    func endsBefore(_ other: Grant) -> Bool {
        (expiresAt, id.rawValue) < (other.expiresAt, other.id.rawValue)
    }
}
