import Core
import Store

/// What the ledger is asked, and whether it answers as the model does.
extension Simulation {
    mutating func hold(_ asked: Asked, in ledger: any Ledger) async throws {
        let request = asked.request(on: path(asked.way), at: now)
        let real: Admission?
        do {
            real = try await ledger.hold(request, at: now)
        } catch LedgerFailure.duplicateRequest {
            real = nil
        }
        switch (real, model.hold(request, at: now)) {
        case (.none, .duplicate): coverage.count("hold of a request that is known")
        case (.granted(let allowance), .granted(let expected, let standings)):
            compare(allowance, expected, standings)
            compareCharges(of: request.requestID)
        case (.refused(let refusal), .refused(let obstacles)): compare(refusal, obstacles)
        case (let real, let expected): differ("hold", real, expected)
        }
    }

    mutating func extend(_ number: Int, to wanted: Int64, in ledger: any Ledger) async throws {
        let id = RequestID(number: number)
        let real: Extension?
        do {
            real = try await ledger.extend(id, toReply: wanted, at: now)
        } catch LedgerFailure.unknownRequest {
            real = nil
        }
        let before = model.requests[id]?.heldReply ?? 0
        let expected = model.extend(id, to: wanted, at: now)
        compare("extend", real?.heldReply, expected?.reply)
        guard let real, let expected else { return coverage.count("extension of a request that is not held") }
        let isNamed = real.refusal.map { expected.limits.contains($0.limit) } ?? expected.limits.isEmpty
        if !isNamed { differ("limit in the way", real.refusal, expected.limits) }
        compareCharges(of: id)
        coverage.count(
            real.refusal == nil
                ? real.heldReply > before ? "extended as asked" : "nothing to extend"
                : real.heldReply > before ? "extended in part" : "extension refused")
    }

    mutating func settle(_ number: Int, _ usage: Usage, _ outcome: Outcome, in ledger: any Ledger) async throws {
        let id = RequestID(number: number)
        let real: Settlement?
        do {
            real = try await ledger.settle(id, as: Ending(usage: usage, outcome: outcome), at: now)
        } catch LedgerFailure.unknownRequest {
            real = nil
        }
        let before = model.requests[id]
        let expected = model.settle(id, usage, outcome, at: now)
        compare("settle", real, expected)
        compareCharges(of: id)
        coverage.count(settling(before, real))
        if let before, before.settlement == nil {
            let isMore = before.charges.contains { charge in
                model.requests[id]?.charges.contains { $0.index == charge.index && $0.used > charge.held } ?? false
            }
            coverage.count(isMore ? "settled above the hold" : "settled within the hold")
        }
    }

    private func settling(_ before: LedgerModel.Request?, _ after: Settlement?) -> String {
        guard let after else { return "settlement of a request that is not known" }
        guard let first = before?.settlement else { return "settled" }
        return first == after ? "settled again" : "corrected after a reap"
    }

    mutating func release(_ number: Int, in ledger: any Ledger) async throws {
        let id = RequestID(number: number)
        try await ledger.release(id)
        coverage.count(model.requests[id].map { $0.settlement == nil } ?? false ? "released" : "nothing to release")
        model.release(id)
        compareCharges(of: id)
    }

    mutating func refresh(_ number: Int, _ streamed: Int64, _ seconds: Int64, in ledger: any Ledger) async throws {
        let id = RequestID(number: number)
        let lease = now.advanced(bySeconds: seconds)
        let real = try await ledger.refresh([HoldProgress(requestID: id, streamedTokens: streamed)], leaseUntil: lease)
        let isHeld = model.refresh(id, streamed: streamed, leaseUntil: lease)
        compare("refresh", real[id] != nil, isHeld)
        coverage.count(isHeld ? "refreshed" : "nothing to refresh")
    }

    mutating func reap(lateBy seconds: Int64, in ledger: any Ledger) async throws {
        let moment = now.advanced(bySeconds: -seconds)
        let real = try await ledger.reap(try await ledger.expiredLeases(at: moment), at: now)
        compare("reap", real, model.reap(expiredBy: moment, at: now))
        for settlement in real { compareCharges(of: settlement.requestID) }
        coverage.count("reaped", real.count)
    }

    mutating func look(_ way: Way, in ledger: any Ledger) async throws {
        let path = path(way)
        let standings = model.standings(on: path, at: now)
        let accounts = try await ledger.accounts(on: path, at: now)
        compare("accounts", accounts.count, standings.count)
        for (account, standing) in zip(accounts, standings) { compare(account, standing) }
    }

    func path(_ way: Way) -> QuotaPath {
        QuotaPath(
            organization: World.organization, project: way.project.map { World.projects[$0] }, tier: tiers[way.person],
            person: World.people[way.person], key: way.hasKey ? World.key : nil, model: World.models[way.model])
    }
}

extension Asked {
    fileprivate func request(on path: QuotaPath, at now: Timestamp) -> HoldRequest {
        HoldRequest(
            requestID: RequestID(number: request), owner: "worker",
            origin: Origin(path: path, modelAsked: path.model.rawValue),
            demand: Demand(
                promptTokens: prompt, replyCap: reply, minimumReply: minimum, expectedReply: expected, tariff: tariff),
            leaseUntil: now.advanced(bySeconds: leaseSeconds))
    }
}

extension RequestID {
    init(number: Int) { self.init("request", number: number) }
}
