import Core

/// Who has to wait for whom, over all workers, inside a transaction.
///
/// By priority first. Among equals each person gets a turn before anybody gets the next one: a turn is a number, one
/// more than the person's last that waits, and at least that of whoever is next. https://en.wikipedia.org/wiki/Fair_queuing
extension SQLSession {
    /// The admission if it is this request's turn, its place if it has to wait, or why it may not.
    func inTurn(_ admission: Admission, _ turn: Turn) throws -> Admission {
        switch admission {
        case .granted(let allowance): return try inTurn(allowance, turn)
        case .refused(let refusal):
            if turn.mayWaitForHolds(refusal), let stored = turn.account(of: refusal) {
                return try wait(.held, for: stored, gap: nil, refusal, turn)
            }
            try leave(turn)
            return .refused(refusal)
        case .queued: return admission
        }
    }

    private func inTurn(_ allowance: Allowance, _ turn: Turn) throws -> Admission {
        let throttled = turn.throttled
        var allowance = allowance
        let slowest = throttled.max { $0.reduction < $1.reduction }
        allowance.reduction = slowest?.reduction
        allowance.slowedBy = slowest?.stored.account
        guard turn.request.mayWait, turn.view.rules.queue.length > 0 else { return .granted(allowance) }
        if turn.view.isQueued, let ahead = try somebodyAhead(of: turn) {
            return try wait(ahead.cause, for: ahead.stored, gap: nil, Refusal(ahead.stored.account), turn)
        }
        for (stored, reduction) in throttled where stored.isTooEarly(at: turn.now) {
            let gap = stored.pacedGap(reducedBy: reduction)
            return try wait(.throttled, for: stored, gap: gap, Refusal(stored.account), turn)
        }
        for (stored, reduction) in throttled { try pace(stored, stored.pacedGap(reducedBy: reduction), turn) }
        try leave(turn)
        return .granted(allowance)
    }

    /// From now on, the next one waits for so long.
    private func pace(_ stored: StoredAccount, _ gap: Int64, _ turn: Turn) throws {
        guard let id = stored.id else { return }
        let until = Timestamp(milliseconds: turn.now.milliseconds.addingClamped(gap))
        try execute("UPDATE account SET paced_until = $2 WHERE id = $1", id, until)
    }

    private func leave(_ turn: Turn) throws {
        guard turn.view.isQueued else { return }
        try execute("DELETE FROM waiting WHERE request_id = $1", turn.request.requestID)
    }

    // MARK: The queue of an account

    /// One that waits for an account of this request's path and goes before it.
    private func somebodyAhead(of turn: Turn) throws -> (stored: StoredAccount, cause: QueuePlace.Cause)? {
        for stored in turn.accounts {
            let queue = try queue(for: stored, at: turn.now)
            guard !queue.isEmpty else { continue }
            let own = queue.first { $0.requestID == turn.request.requestID } ?? turn.newcomer(in: queue)
            if let first = queue.first, first.isBefore(own) { return (stored, first.cause) }
        }
        return nil
    }

    /// In the order in which they will be let in, without those that nobody asks for any more.
    private func queue(for stored: StoredAccount, at now: Timestamp) throws -> [Waiting] {
        try rows(
            "SELECT * FROM waiting WHERE limit_id = $1 AND holder = $2 AND seen_at > $3 AND seen_at < $4",
            stored.account.limit.id, stored.storedHolder, now.advanced(bySeconds: -Waiting.patienceSeconds),
            now.advanced(bySeconds: Waiting.patienceSeconds)
        ).map(Waiting.init).sorted { $0.isBefore($1) }
    }

    /// Takes a place, or keeps it; refuses who has waited too long, or finds no place.
    private func wait(
        _ cause: QueuePlace.Cause, for stored: StoredAccount, gap: Int64?, _ refusal: Refusal, _ turn: Turn
    ) throws -> Admission {
        let bounds = turn.view.rules.queue
        var queue = try queue(for: stored, at: turn.now)
        let own = try waiting(turn.request.requestID, at: turn.now)
        if let own, turn.now >= own.enteredAt.advanced(bySeconds: bounds.seconds) {
            try leave(turn)
            return .refused(refusal.because(cause == .throttled ? .throttled : .full))
        }
        queue.removeAll { $0.requestID == turn.request.requestID }
        guard queue.count < bounds.length else {
            try leave(turn)
            return .refused(refusal.because(.crowded))
        }
        let place = own ?? turn.newcomer(in: queue)
        try keep(place, for: stored, cause, turn)
        return .queued(turn.place(of: place, in: queue, for: stored, cause, gap: gap))
    }

    /// Whoever came by a clock that was ahead, comes now: or they would wait until it shows that time again.
    private func waiting(_ request: RequestID, at now: Timestamp) throws -> Waiting? {
        guard var own = try row("SELECT * FROM waiting WHERE request_id = $1", request).map(Waiting.init) else {
            return nil
        }
        if own.enteredAt > now.advanced(bySeconds: Waiting.patienceSeconds) { own.enteredAt = now }
        return own
    }

    private func keep(_ place: Waiting, for stored: StoredAccount, _ cause: QueuePlace.Cause, _ turn: Turn) throws {
        try execute(
            """
            INSERT INTO waiting (request_id, owner, limit_id, holder, person, priority, turn, cause, entered_at, seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (request_id) DO UPDATE SET
                limit_id = excluded.limit_id, holder = excluded.holder, cause = excluded.cause,
                entered_at = excluded.entered_at, seen_at = excluded.seen_at
            """,
            turn.request.requestID, turn.request.owner, stored.account.limit.id, stored.storedHolder, turn.path.person,
            place.priority, place.turn, cause, place.enteredAt, turn.now)
        try execute(
            "DELETE FROM waiting WHERE seen_at <= $1 OR seen_at >= $2",
            turn.now.advanced(bySeconds: -10 * Waiting.patienceSeconds),
            turn.now.advanced(bySeconds: 10 * Waiting.patienceSeconds))
    }

    func queueDepth(at now: Timestamp) throws -> Int64 {
        try onlyRow(
            "SELECT COUNT(*) AS depth FROM waiting WHERE seen_at > $1 AND seen_at < $2",
            now.advanced(bySeconds: -Waiting.patienceSeconds), now.advanced(bySeconds: Waiting.patienceSeconds))[
                "depth"]
    }
}

/// A row of `waiting`.
struct Waiting {
    /// How long nobody may have asked for it, until it counts as gone; and how far a clock may have stepped back.
    static let patienceSeconds: Int64 = 3

    let requestID: RequestID
    let person: PersonID
    let priority: Int
    let turn: Int64
    let cause: QueuePlace.Cause
    var enteredAt: Timestamp

    func isBefore(_ other: Waiting) -> Bool {
        if priority != other.priority { return priority > other.priority }
        if turn != other.turn { return turn < other.turn }
        if enteredAt != other.enteredAt { return enteredAt < other.enteredAt }
        return requestID.rawValue < other.requestID.rawValue
    }
}

extension Waiting {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            requestID: try row["request_id"], person: try row["person"], priority: try row["priority"],
            turn: try row["turn"], cause: try row["cause"], enteredAt: try row["entered_at"])
    }
}

extension Turn {
    fileprivate func mayWaitForHolds(_ refusal: Refusal) -> Bool {
        request.mayWait && view.rules.queue.waitsForHolds && view.rules.queue.length > 0 && refusal.isOnlyForHolds
            && refusal.window != .perRequest
    }

    fileprivate func account(of refusal: Refusal) -> StoredAccount? {
        accounts.first { $0.account.limit.id == refusal.limit && $0.account.share?.priority == refusal.priority }
    }

    /// The place that this request would take as the last of its person, later than all who are there.
    fileprivate func newcomer(in queue: [Waiting]) -> Waiting {
        let own = queue.filter { $0.person == path.person }.map { $0.turn + 1 }.max() ?? 0
        let next = queue.map(\.turn).min() ?? 0
        let latest = Timestamp(milliseconds: (queue.map(\.enteredAt.milliseconds).max() ?? .min) &+ 1)
        return Waiting(
            requestID: request.requestID, person: path.person, priority: view.priority.rank, turn: max(own, next),
            cause: .throttled, enteredAt: max(now, latest))
    }

    fileprivate func place(
        of own: Waiting, in others: [Waiting], for stored: StoredAccount, _ cause: QueuePlace.Cause, gap: Int64?
    ) -> QueuePlace {
        let ahead = Int64(others.count { $0.isBefore(own) })
        let gap = gap ?? (cause == .throttled ? stored.pacedGap(reducedBy: AlertRule.usualReduction) : nil)
        let first = max(0, (stored.pacedUntil ?? now).milliseconds - now.milliseconds)
        return QueuePlace(
            place: ahead + 1, length: Int64(others.count) + 1,
            expectedSeconds: gap.map { (first + ahead * $0 + 999) / 1000 }, cause: cause,
            limit: stored.account.limit.name)
    }
}

extension StoredAccount {
    fileprivate func isTooEarly(at now: Timestamp) -> Bool {
        guard let pacedUntil else { return false }
        // A clock that stepped back far makes nobody wait for what it will show again.
        return now < pacedUntil && pacedUntil.milliseconds - now.milliseconds <= 60_000
    }
}

extension QueuePlace.Cause: SQLRepresentable {}
