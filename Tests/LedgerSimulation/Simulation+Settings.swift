import Core
import Store

/// What administrators and the clock do.
extension Simulation {
    mutating func change(_ operation: Operation, in store: SQLStore) async throws {
        switch operation {
        case .addLimit(_, let limit):
            let isKnown = model.rules.contains { $0.limit.countsTheSame(as: limit) }
            let isDone = try await isDone { _ = try await store.limits.create(limit, by: .program) }
            compare("limit added", isDone, model.add(limit, at: now))
            coverage.count(isDone ? isKnown ? "limit set again" : "limit added" : "limit is there already")
        case .changeLimit(let number, var limit):
            limit.id = Limit.ID(number: number)
            let isDone = try await isDone { [limit] in _ = try await store.limits.change(limit, by: .program) }
            compare("limit changed", isDone, model.change(limit.id, to: limit, at: now))
            coverage.count(isDone ? "limit changed" : "change of a limit refused")
        case .retireLimit(let number):
            let id = Limit.ID(number: number)
            let isDone = try await isDone { try await store.limits.retire(id, by: .program) }
            compare("limit retired", isDone, model.retire(id, at: now))
            coverage.count(isDone ? "limit retired" : "retiring a limit refused")
        case .grant(let number, let holder, let meter, let amount, let seconds):
            try grant(number, holder, meter, amount, seconds)
        case .revokeGrant(let number):
            let id = Grant.ID("grant", number: number)
            let isDone = try await isDone { try await store.grants.revoke(id, by: .program) }
            compare("grant revoked", isDone, model.revoke(id, at: now))
            coverage.count(isDone ? "grant revoked" : "nothing to revoke")
        case .moveToTier(let person, let tier): tiers[person] = World.tiers[tier]
        case .setPriority(let project, let priority): try await set(priority, of: World.projects[project], in: store)
        case .setCalendar(let zone, let weekStart, let hour): try await set(zone, weekStart, hour, in: store)
        case .setRules(let rules): try await set(rules, in: store)
        case .moveClock(let milliseconds): move(by: milliseconds)
        case .moveClockToEnd(let window, let milliseconds):
            guard let end = model.calendar.interval(of: window, containing: now)?.end else { return }
            move(by: end.milliseconds - now.milliseconds + milliseconds)
        default: preconditionFailure("\(operation) is for the ledger")
        }
    }

    /// Whether it was let through.
    private func isDone(_ body: () async throws -> Void) async throws -> Bool {
        do {
            try await body()
            return true
        } catch is Flaws {
            return false
        } catch is NotFound {
            return false
        }
    }

    /// As the store does it, but under a name that is not random.
    private mutating func grant(
        _ number: Int, _ holder: Grant.Holder, _ meter: Limit.Meter, _ amount: Int64, _ seconds: Int64
    ) throws {
        let grant = Grant(
            id: Grant.ID("grant", number: number), holder: holder, meter: meter, amount: amount, reason: "a deadline",
            createdAt: now, expiresAt: now.advanced(bySeconds: seconds))
        let scope = holder.scope.rawValue
        let times = "\(now.milliseconds), \(grant.expiresAt.milliseconds)"
        try book.raw.run(
            """
            BEGIN IMMEDIATE;
            INSERT INTO quota_grant (id, scope, holder, meter, amount, reason, created_at, expires_at)
            VALUES ('\(grant.id)', '\(scope)', '\(holder.subject)', '\(meter.rawValue)', \(amount), 'test', \(times));
            INSERT INTO account (grant_id, holder, window_start, resets_at)
            VALUES ('\(grant.id)', '\(holder.subject)', \(times));
            COMMIT;
            """)
        model.pots.append(LedgerModel.Pot(grant: grant))
    }

    private mutating func set(_ priority: Priority, of project: ProjectID, in store: SQLStore) async throws {
        guard let before = try await store.projects.all().first(where: { $0.id == project }) else { throw NotFound() }
        let draft = Project.Draft(name: before.name, priority: priority, allowance: before.allowance)
        _ = try await store.projects.change(project, to: draft, by: .program)
        model.priorities[project] = priority
    }

    private mutating func set(_ zone: String, _ weekStart: Weekday, _ hour: Int, in store: SQLStore) async throws {
        var organization = try await store.organizations.current()
        organization.timeZone = zone
        organization.weekStart = weekStart
        organization.resetHour = hour
        try await store.organizations.change(to: organization, by: .program)
        guard let calendar = organization.calendar else { throw NotFound() }
        model.calendar = calendar
    }

    private mutating func set(_ rules: [AlertRule], in store: SQLStore) async throws {
        var organization = try await store.organizations.current()
        organization.alertRules = rules
        try await store.organizations.change(to: organization, by: .program)
        model.blockedFrom = rules.filter { $0.action == .block }.map(\.thresholdPartsPerMillion).min() ?? 1_000_000
    }

    private mutating func move(by milliseconds: Int64) {
        set(clock: Timestamp(milliseconds: now.milliseconds + milliseconds))
        coverage.count(milliseconds < 0 ? "clock stepped back" : "clock moved on")
        let plain = PlainCalendar(calendar: model.calendar)
        for window in PlainCalendar.windows {
            if let doubt = plain.doubts(about: window, at: now) { differences.append(doubt) }
        }
    }
}
