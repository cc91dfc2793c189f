import Core
import Store

/// Whether ledger and model agree.
extension Simulation {
    mutating func compare<Answer: Equatable>(_ what: String, _ real: Answer, _ expected: Answer) {
        if real != expected { differ(what, real, expected) }
    }

    mutating func differ(_ what: String, _ real: Any?, _ expected: Any?) {
        let text = { (value: Any?) in value.map { "\($0)" } ?? "nothing" }
        differences.append("\(what): \(text(real)), expected \(text(expected))")
    }

    // MARK: Answers

    mutating func compare(
        _ allowance: Allowance, _ expected: LedgerModel.Request, _ standings: [LedgerModel.Standing]
    ) {
        compare("reply", [allowance.replyCap, allowance.heldReply], [expected.replyCap, expected.heldReply])
        transcript.note(allowance.replyCap)
        transcript.note(allowance.heldReply)
        compare("limits", allowance.charges.count, standings.count)
        for (charge, standing) in zip(allowance.charges, standings) { compare(charge.account, standing) }
        let counted = allowance.charges.filter { $0.account.limit.window != .perRequest }
        compare("held", counted.map(\.amount), expected.charges.map(\.held))
        for amount in counted.map(\.amount) { transcript.note(amount) }
        let draws = expected.draws.map { [model.pots[$0.index].grant.id.rawValue: $0.held] }
        compare("drawn", Set(allowance.draws.map { [$0.pot.grant.id.rawValue: $0.amount] }), Set(draws))
        compareShortening(allowance, expected, standings)
        coverage.count(allowance.shortenedBy == nil ? "granted as asked" : "granted shortened")
        if allowance.heldReply < allowance.replyCap { coverage.count("granted with less held") }
        if !allowance.draws.isEmpty { coverage.count("granted from extras") }
        if !allowance.shadowed.isEmpty { coverage.count("granted though a shadow would refuse") }
    }

    private mutating func compareShortening(
        _ allowance: Allowance, _ expected: LedgerModel.Request, _ standings: [LedgerModel.Standing]
    ) {
        let demand = expected.asked.demand
        compare("shortened", allowance.shortenedBy != nil, expected.replyCap < demand.replyCap)
        if let by = allowance.shortenedBy {
            let isRight = standings.contains { standing in
                standing.limit.id == by.limit.id && standing.priority == by.share?.priority
                    && standing.isInTheWay(of: standing.limit.dearest(demand, expected.replyCap + 1))
            }
            if !isRight { differ("shortened by", by, standings) }
        }
        let least = min(demand.minimumReply, demand.replyCap)
        let shadows = standings.filter { $0.limit.mode == .shadow && $0.limit.dearest(demand, least) > $0.available }
        compare("shadowed", Set(allowance.shadowed.map(\.limit)), Set(shadows.map(\.limit.id)))
    }

    mutating func compare(_ refusal: Refusal, _ obstacles: [LedgerModel.Obstacle]) {
        coverage.count(refusal.canEverFit ? "refused" : "refused for ever")
        coverage.count("refused by \(refusal.window)")
        if refusal.priority != nil { coverage.count("refused by a share") }
        transcript.note(refusal.needed)
        transcript.note(refusal.available)
        let named = obstacles.first {
            $0.standing.limit.id == refusal.limit && $0.standing.priority == refusal.priority
        }
        guard let named else { return differ("refused", refusal, obstacles) }
        let standing = named.standing
        compare(
            "refusal \(refusal.limit)",
            [refusal.ceiling, refusal.used, refusal.held, refusal.needed, refusal.available],
            [
                standing.amount + standing.granted, max(0, standing.taken - standing.held), standing.held, named.needed,
                standing.available,
            ])
        compare("can ever fit", refusal.canEverFit, named.canEverFit)
        if let expected = named.returnsAt { compare("returns", refusal.resetsAt, expected) }
        let isWorst = obstacles.allSatisfy { $0.canEverFit || !refusal.canEverFit }
        if !isWorst { differ("the worst limit", refusal, obstacles) }
    }

    mutating func compare(_ account: Account, _ standing: LedgerModel.Standing) {
        let real = [
            account.windowStart.milliseconds, account.amount, account.granted, account.used, account.held,
            account.taken,
            account.available,
        ]
        let expected = [
            standing.window.start.milliseconds, standing.amount, standing.granted, standing.used, standing.held,
            standing.taken, standing.available,
        ]
        let isSame =
            account.limit.id == standing.limit.id && account.holder == standing.holder
            && account.share?.priority == standing.priority && real == expected
            && account.resetsAt == standing.resetsAt
        if !isSame { differ("account \(now.milliseconds)", account, standing) }
        for number in real { transcript.note(number) }
    }

    // MARK: What is written

    /// What a request holds or used of each account and pot, and how these stand then.
    mutating func compareCharges(of request: RequestID) {
        let expected = model.requests[request].map { model.written($0) } ?? []
        guard let rows = try? book.raw.rows(Self.charges, request.rawValue) else {
            return differ("charges", nil, expected)
        }
        compare("charges of \(request)", Set(rows), Set(expected))
    }

    /// Every account and every hold, and how they stand for some.
    mutating func compareAll(after step: Int) async {
        do {
            compare("all accounts", Set(try book.raw.rows(Self.accounts)), Set(model.writtenAccounts))
            compare("all holds", try book.raw.rows(Self.holds), model.open.map(\.written))
            let ledger = tampering(book.workers[step % World.workers].ledger)
            for way in Way.some(step) { try await look(way, in: ledger) }
        } catch {
            differences.append("comparing threw \(error)")
        }
    }

    /// What was settled, and whether the tables agree with one another.
    mutating func compareUsage() throws {
        let settled = model.requests.values.compactMap(\.writtenUsage)
        compare("all usage", Set(try book.raw.rows(Self.usage)), Set(settled))
        compare("disagreements", try book.raw.rows(Self.disagreements), [])
    }

    private static let charges = """
        SELECT COALESCE(a.limit_id, a.grant_id), a.holder, a.window_start, a.used, a.held, c.used, c.held
          FROM charge c JOIN account a ON a.id = c.account
         WHERE c.entry = COALESCE((SELECT id FROM hold WHERE request_id = ?1),
                                  (SELECT id FROM usage WHERE request_id = ?1 AND id > 0))
        """
    private static let accounts = """
        SELECT COALESCE(limit_id, grant_id), holder, window_start, used, held, resets_at FROM account
        """
    private static let holds = """
        SELECT request_id, opened_at, lease_until, reply_cap, held_reply, streamed_tokens FROM hold ORDER BY id
        """
    private static let usage = """
        SELECT request_id, COUNT(*) <= 2, SUM(prompt_tokens), SUM(completion_tokens), SUM(cost) FROM usage GROUP BY request_id
        """
    /// What `account`, `charge`, `hold`, `usage` and the sums must agree on.
    private static let disagreements = """
        SELECT 'account', a.id FROM account a
          LEFT JOIN (SELECT account, SUM(used) AS used, SUM(held) AS held FROM charge GROUP BY account) c ON c.account = a.id
         WHERE a.used <> COALESCE(c.used, 0) OR a.held <> COALESCE(c.held, 0)
        UNION ALL
        SELECT 'held after settling', c.entry FROM charge c JOIN usage u ON u.id = c.entry WHERE c.held <> 0
        UNION ALL
        SELECT 'charge without request', c.entry FROM charge c
         WHERE NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = c.entry)
           AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.id = c.entry)
        UNION ALL
        SELECT 'held and settled', h.id FROM hold h JOIN usage u ON u.request_id = h.request_id
        UNION ALL
        SELECT 'sums', 0 WHERE
            (SELECT COALESCE(SUM(prompt_tokens), 0) FROM usage) <> (SELECT COALESCE(SUM(prompt_tokens), 0) FROM usage_slot)
         OR (SELECT COALESCE(SUM(completion_tokens), 0) FROM usage)
         <> (SELECT COALESCE(SUM(completion_tokens), 0) FROM usage_slot)
         OR (SELECT COALESCE(SUM(cost), 0) FROM usage) <> (SELECT COALESCE(SUM(cost), 0) FROM usage_slot)
         OR (SELECT COUNT(*) FROM usage WHERE id > 0) <> (SELECT COALESCE(SUM(requests), 0) FROM usage_slot)
        """
}

extension Way {
    /// Three of all ways, others at another time.
    static func some(_ number: Int) -> [Way] {
        (0..<3).map { turn in
            let place = number * 7 + turn * 13
            let project = place / 3 % (World.projects.count + 1)
            return Way(
                person: place % World.people.count, project: project < World.projects.count ? project : nil,
                hasKey: place % 2 == 0, model: place / 2 % World.models.count)
        }
    }
}
