import Logging

/// What keeps running requests alive, and ends those that should not be.
extension Gate {
    /// Ticks until the task is cancelled, and settles from time to time for workers that are gone.
    public func run() async {
        var ticks = 0
        var before = ports.time.now()
        while !Task.isCancelled {
            await tick()
            let now = ports.time.now()
            ticks += 1
            if ticks % settings.ticksBetweenReaps == 0, isSteady(from: before, to: now) { await reap() }
            before = now
            try? await Task.sleep(for: settings.tick)
        }
    }

    /// One round: tries again what the store could not take, refreshes every running request, keeps the texts, and
    /// cancels what is abandoned.
    public func tick() async {
        await retryUnfinished()
        await refreshHolds()
        await keepTexts()
        let now = ports.time.now()
        for call in calls.values
        where call.isAbandoned(at: now, firstGraceSeconds: settings.firstListenerSeconds) {
            call.stop(.abandoned)
        }
    }

    /// Settles what was held by workers that have been silent for longer than their lease.
    public func reap() async {
        do {
            for settlement in try await ports.ledger.reap(at: ports.time.now()) { await tell(settlement) }
        } catch {
            log.error("reaping failed", metadata: ["error": "\(error)"])
        }
    }

    /// Takes no more prompts, gives those that run up to `limit` to end by themselves, then stops them and settles
    /// what they have produced. Returns when all is settled, or the store does not take it: then the leases run out.
    public func drain(upTo limit: Duration) async {
        isDraining = true
        let deadline = Task {
            try await Task.sleep(for: limit)
            for call in calls.values { call.stop(.shutDown) }
        }
        if !isIdle { await withCheckedContinuation { idleWaiters.append($0) } }
        deadline.cancel()
        await retryUnfinished()
    }

    func wakeIdleWaiters() {
        guard isIdle else { return }
        for waiter in idleWaiters { waiter.resume() }
        idleWaiters = []
    }

    private var isIdle: Bool { calls.count == unfinished.count }

    private func tell(_ settlement: Settlement) async {
        let ending = ReplyEnding(outcome: settlement.outcome, usage: settlement.usage, cost: settlement.cost)
        let record = ReplyRecord(requestID: settlement.requestID, text: nil, ending: ending)
        log.notice("settled for a worker that is gone", metadata: ["request": "\(settlement.requestID)"])
        do {
            try await ports.transcript.replyEnded(record)
        } catch {
            log.warning("the end of a reply was not kept", metadata: ["error": "\(error)"])
        }
    }

    /// After a jump of the clock every lease looks expired until its owner's next refresh: then reaping waits a round.
    private func isSteady(from before: Timestamp, to now: Timestamp) -> Bool {
        now < before.advanced(bySeconds: settings.leaseSeconds / 2)
    }

    private func retryUnfinished() async {
        for call in unfinished.compactMap({ calls[$0] }) { await finish(call) }
    }

    /// A few at a time, so that nobody's hold waits long for the writer.
    private func refreshHolds() async {
        var progress = calls.values.compactMap(\.progress)[...]
        while !progress.isEmpty {
            await refresh(Array(progress.prefix(64)))
            progress = progress.dropFirst(64)
        }
    }

    private func refresh(_ progress: [HoldProgress]) async {
        do {
            let lease = ports.time.now().advanced(bySeconds: settings.leaseSeconds)
            let standings = try await ports.ledger.refresh(progress, leaseUntil: lease)
            for id in progress.map(\.requestID) { heed(standings[id], of: id) }
        } catch {
            log.warning("refreshing the holds failed", metadata: ["error": "\(error)"])
        }
    }

    /// A request that the ledger no longer holds must not go on: nothing covers what it takes.
    private func heed(_ standing: HoldStanding?, of id: RequestID) {
        guard let call = calls[id] else { return }
        if let standing { call.heed(standing) } else { call.stop(.expired) }
    }

    private func keepTexts() async {
        let growth = calls.values.compactMap(\.growth)
        guard !growth.isEmpty else { return }
        do {
            try await ports.transcript.repliesProgressed(growth)
        } catch {
            log.warning("keeping the texts failed", metadata: ["error": "\(error)"])
        }
    }
}
