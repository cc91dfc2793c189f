import Algorithms
import Logging

/// What keeps running requests alive, and ends those that should not be.
extension Gate {
    /// Ticks until the task is cancelled, and settles from time to time for workers that are gone. The first look is at
    /// the beginning, so that workers settle even where none of them lives long.
    public func run() async {
        await reap()
        var ticks = 0
        while !Task.isCancelled {
            await tick()
            ticks += 1
            if ticks.isMultiple(of: settings.ticksBetweenReaps) { await reap() }
            try? await Task.sleep(for: settings.tick)
        }
    }

    /// One round: gives a sign to listeners who have heard nothing for long, refreshes every running request, tries again
    /// what the store could not take, keeps the texts, and cancels what is abandoned.
    public func tick() async {
        for call in calls.values { call.reply?.wakeImpatient(at: .now) }
        await refreshHolds()
        await retryUnfinished()
        await keepTexts()
        let now = ports.time.now()
        for call in calls.values where call.isUnheard(at: now, firstGraceSeconds: settings.firstListenerSeconds) {
            call.noteUnheard()
        }
        // Its page's request is open as long as it is, and the worker cannot end before.
        if isEnding { for call in calls.values where call.isLeftUnanswered { call.stop(.shutDown) } }
    }

    /// Settles what was held by workers that are gone: whatever the last call saw expired already, by the very lease
    /// that it has now. For after a jump of the clock every lease looks expired, even one that nobody here saw, and after
    /// an outage of the store many are; so their owners have the time between two calls to refresh them, and a call fails
    /// while the store takes nothing. Leases that a clock gave which was ahead are cut, and run out like others unless
    /// their owners refresh them.
    public func reap() async {
        let now = ports.time.now()
        do {
            let longest = now.advanced(bySeconds: 2 * settings.leaseSeconds)
            let expired = try await ports.ledger.expiredLeases(at: now, cuttingOthersTo: longest)
            let gone = expired.filter(Set(expiredLeases).contains)
            expiredLeases = expired
            for batch in gone.chunks(ofCount: 64) {
                try await forAllOrEach(of: Array(batch), naming: \.requestID) { leases in
                    for settlement in try await ports.ledger.reap(leases, at: ports.time.now()) {
                        await tell(settlement)
                    }
                }
            }
        } catch {
            expiredLeases = []
            log.error("reaping failed", metadata: ["error": "\(error)"])
        }
    }

    /// Asks the store for all of them together, or for each alone where that fails for what may be one of them: one that
    /// is on a damaged page, for instance, keeps no other from it.
    private func forAllOrEach<Item: Sendable>(
        of items: [Item], naming name: (Item) -> RequestID, ask: ([Item]) async throws -> Void
    ) async throws {
        do {
            try await ask(items)
        } catch let failure as StoreFailure where failure.mayConcernOneRow {
            guard items.count > 1 else {
                let metadata: Logger.Metadata = ["request": "\(name(items[0]))", "error": "\(failure)"]
                return log.error("the store does not take what concerns one request", metadata: metadata)
            }
            for item in items { try await forAllOrEach(of: [item], naming: name, ask: ask) }
        }
    }

    /// The worker has been asked to end. Everything goes on until `drain`, but whoever is cut off meanwhile is told that
    /// it was for this.
    public func noteEnding() {
        isEnding = true
    }

    /// Takes no more prompts and lets nobody wait, gives those that run up to `limit` to end by themselves, then stops them and settles
    /// what they have produced. Returns when all is settled, or the store has not taken it for a while: then the leases
    /// run out, and what was not yet noted with them is in the log.
    public func drain(upTo limit: Duration) async {
        isDraining = true
        for call in calls.values where call.isWaiting { call.stop(.shutDown) }
        let deadline = Task {
            try await Task.sleep(for: limit)
            for call in calls.values { call.stop(.shutDown) }
        }
        if !isIdle { await withCheckedContinuation { idleWaiters.append($0) } }
        deadline.cancel()
        await settleRest()
    }

    /// What the store did not take before, for as long as a stopping worker has.
    private func settleRest() async {
        let end = ContinuousClock.now.advanced(by: settings.lastTries)
        await retryUnfinished()
        while !unfinished.isEmpty, ContinuousClock.now < end, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(100))
            await retryUnfinished()
        }
        for call in unfinished.compactMap({ calls[$0] }) { noteLost(call) }
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

    /// The rest has to wait when the store takes nothing: each try may cost the whole busy timeout, and meanwhile nobody's
    /// lease is refreshed.
    private func retryUnfinished() async {
        for call in unfinished.compactMap({ calls[$0] }) {
            if let failure = await finish(call) as? StoreFailure, !failure.mayConcernOneRow { return }
        }
    }

    /// A few at a time, so that nobody's hold waits long for the writer.
    private func refreshHolds() async {
        let running = calls.values.compactMap { call in call.progress.map { (call, $0) } }
        do {
            for batch in running.chunks(ofCount: 64) {
                try await forAllOrEach(of: Array(batch), naming: \.1.requestID) { batch in
                    let lease = ports.time.now().advanced(bySeconds: settings.leaseSeconds)
                    let standings = try await ports.ledger.refresh(batch.map(\.1), leaseUntil: lease)
                    // Not by its name, which one that was sent again under its key has as well.
                    for (call, _) in batch { heed(standings[call.id], of: call) }
                }
            }
        } catch {
            log.warning("refreshing the holds failed", metadata: ["error": "\(error)"])
        }
    }

    /// A request that the ledger no longer holds must not go on: nothing covers what it takes.
    private func heed(_ standing: HoldStanding?, of call: Call) {
        if let standing { call.heed(standing) } else { call.stop(.expired) }
    }

    /// A few at a time as well: each comes with all of its text.
    private func keepTexts() async {
        let growth = calls.values.compactMap(\.growth)
        do {
            for batch in growth.chunks(ofCount: 16) {
                try await ports.transcript.repliesProgressed(Array(batch))
                for kept in batch { calls[kept.requestID]?.noteKept(kept.text) }
            }
        } catch {
            log.warning("keeping the texts failed", metadata: ["error": "\(error)"])
        }
    }
}
