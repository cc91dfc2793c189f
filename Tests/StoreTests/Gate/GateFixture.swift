import Core
import GateTestSupport
import Logging
import Synchronization
import Testing

@testable import Store

/// A gate over a real ledger, with an upstream, a clock and a policy that the test plays.
struct GateFixture {
    let book: LedgerFixture
    let upstream = ScriptedUpstream()
    let transcript = RecordingTranscript()
    let clock = TestClock()
    let policy: SettablePolicy
    let meter: any TokenMeter
    let cache: SQLReplyCache
    let ledger: BreakableLedger
    let gate: Gate

    init(
        limit amount: Int64 = 10_000, disconnect: DisconnectPolicy = .cancel(graceSeconds: 5),
        holdsWholeReply: Bool = false, meter: any TokenMeter = ByteMeter(), policy: SettablePolicy? = nil
    ) async throws {
        book = try await LedgerFixture()
        try await book.limit(amount)
        try await book.noteReply()
        ledger = BreakableLedger(book.ledger)
        self.policy = policy ?? SettablePolicy(disconnect: disconnect, holdsWholeReply: holdsWholeReply)
        self.meter = meter
        cache = SQLReplyCache(database: book.database)
        gate = Self.gate("worker-1", ledger, upstream, transcript, clock, self.policy, meter, cache)
    }

    /// Another worker on the same file.
    func anotherGate(
        _ settings: Gate.Settings = Gate.Settings(), over ledger: BreakableLedger? = nil
    ) throws -> Gate {
        Self.gate(
            "worker-2", try ledger ?? BreakableLedger(book.anotherWorker()), upstream, transcript, clock, policy,
            meter, cache, settings)
    }

    private static func gate(
        _ worker: String, _ ledger: BreakableLedger, _ upstream: ScriptedUpstream, _ transcript: RecordingTranscript,
        _ clock: TestClock, _ policy: SettablePolicy, _ meter: any TokenMeter,
        _ cache: SQLReplyCache, _ settings: Gate.Settings = Gate.Settings()
    ) -> Gate {
        let ports = Gate.Ports(
            policy: policy, ledger: ledger, upstream: upstream, meter: meter, transcript: transcript, cache: cache,
            time: clock, rest: clock.rest)
        return Gate(
            worker: worker, ports: ports, settings: settings,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// A day of which 95 % is gone.
    static func throttled() async throws -> GateFixture {
        let world = try await GateFixture()
        let (used, _) = try await world.book.held(LedgerFixture.request(prompt: 9550, reply: 0))
        _ = try await world.ledger.settle(used, as: .finished(prompt: 9550, completion: 0), at: world.clock.now())
        return world
    }

    static let ada = PersonID(rawValue: "ada")

    /// Ten tokens, as `ByteMeter` counts.
    static func prompt(maxReplyTokens: Int64? = 100) -> Prompt {
        Prompt(
            person: ada, model: "small", messages: [ChatMessage(role: .user, content: "ten tokens")],
            maxReplyTokens: maxReplyTokens)
    }

    /// A prompt that was accepted, and the upstream's side of it.
    func running(_ prompt: Prompt = prompt()) async throws -> (LiveReply, ScriptedReply) {
        let reply = try await gate.submit(prompt)
        return (reply, await upstream.next())
    }

    func balance() async throws -> [Int64] {
        try await book.balance(at: clock.now())
    }
}

/// Time that passes when a test says so. Who rests on it goes on when it has come so far.
final class TestClock: TimeSource {
    private struct Sleeper {
        var until: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Timestamp.start
        var sleepers: [Int: Sleeper] = [:]
        var rests = 0
    }

    private let state = Mutex(State())

    func now() -> Timestamp { state.withLock { $0.now } }

    var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// Lets time pass by itself, ten times as fast as outside, until the task is cancelled.
    func run() -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(1))
                advance(byMilliseconds: 10)
            }
        }
    }

    func advance(bySeconds seconds: Int64) { advance(byMilliseconds: seconds * 1000) }

    func advance(byMilliseconds milliseconds: Int64) {
        let due = state.withLock { state in
            state.now.milliseconds += milliseconds
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.continuation)
        }
        for sleeper in due { sleeper.resume() }
    }

    @Sendable func rest(_ duration: Duration) async throws {
        let milliseconds = duration / .milliseconds(1)
        let number = state.withLock { state in
            state.rests += 1
            return state.rests
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled { return true }
                    let until = Timestamp(milliseconds: state.now.milliseconds + Int64(milliseconds))
                    state.sleepers[number] = Sleeper(until: until, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: number) }?.continuation
                .resume(throwing: CancellationError())
        }
        try Task.checkCancellation()
    }
}

/// Knows the model `small`, and whatever others a test names.
struct SettablePolicy: GatePolicy {
    struct Other {
        var fallback: String?
        var isAllowed = true
    }

    var disconnect: DisconnectPolicy = .cancel(graceSeconds: 5)
    var holdsWholeReply = false
    var atLimit = Tier.AtLimit()
    var sharesCache = false
    var models: [String: Other] = ["small": Other()]
    let disabled = Disabled()

    final class Disabled: Sendable {
        private let people = Mutex(Set<PersonID>())
        func insert(_ person: PersonID) { people.withLock { _ = $0.insert(person) } }
        func contains(_ person: PersonID) -> Bool { people.withLock { $0.contains(person) } }
    }

    func route(of person: PersonID, to model: String) async throws -> Route {
        if disabled.contains(person) { throw GateError.personDisabled }
        guard let known = models[model] else { throw GateError.unknownModel(model) }
        guard known.isAllowed else { throw GateError.modelNotInTier(model) }
        return Route(
            path: LedgerFixture.path(person.rawValue, model: model),
            endpoint: UpstreamEndpoint(baseURL: "http://demo", apiKey: nil),
            meteredModel: MeteredModel(name: "demo-\(model)"), tariff: Tariff(),
            bounds: ReplyBounds(
                maxPromptTokens: 1000, maxReplyTokens: 4000, contextWindow: 4500, minimumReplyTokens: 16),
            disconnectPolicy: disconnect, atLimit: atLimit, fallback: known.fallback,
            holdsWholeReply: holdsWholeReply, sharesCache: sharesCache)
    }
}

final class RecordingTranscript: Transcript {
    private let state = Mutex((batches: [[ReplyProgress]](), ended: [ReplyRecord](), isBroken: false))

    var batches: [[ReplyProgress]] { state.withLock { $0.batches } }
    var progress: [ReplyProgress] { batches.flatMap(\.self) }
    var ended: [ReplyRecord] { state.withLock { $0.ended } }

    var isBroken: Bool {
        get { state.withLock { $0.isBroken } }
        set { state.withLock { $0.isBroken = newValue } }
    }

    func repliesProgressed(_ replies: [ReplyProgress]) async throws {
        if isBroken { throw StoreFailure.full }
        state.withLock { $0.batches.append(replies) }
    }

    func replyEnded(_ reply: ReplyRecord) async throws {
        if isBroken { throw StoreFailure.full }
        state.withLock { $0.ended.append(reply) }
    }
}

/// The real ledger, until it is broken: then every method fails as a full disk does.
final class BreakableLedger: Ledger {
    typealias Hook = @Sendable () async -> Void

    private let real: SQLLedger
    private let state = Mutex((isBroken: false, failures: 0, afterHold: Hook?.none, afterRelease: Hook?.none))
    private let onNote = Mutex((@Sendable (Int64) -> Void)?.none)
    /// Requests that cannot be written, as on a damaged page, and how often that was tried of their ends.
    private let damaged = Mutex((requests: Set<RequestID>(), tries: 0))

    init(_ real: SQLLedger) {
        self.real = real
    }

    var isBroken: Bool {
        get { state.withLock { $0.isBroken } }
        set { state.withLock { $0.isBroken = newValue } }
    }

    /// Happens before the ledger hears how long the reply of the running request is.
    func onNote(_ hook: @escaping @Sendable (_ tokens: Int64) -> Void) { onNote.withLock { $0 = hook } }

    func damage(_ requests: [RequestID]) { damaged.withLock { $0 = (Set(requests), 0) } }

    var triesOfDamaged: Int { damaged.withLock { $0.tries } }

    private func requireSound(_ requests: [RequestID]) throws {
        if damaged.withLock({ !$0.requests.isDisjoint(with: requests) }) {
            throw StoreFailure.corrupt(detail: "a page")
        }
    }

    /// How often it was asked in vain.
    var failures: Int { state.withLock { $0.failures } }

    /// Happens when a hold was granted or refused, before the gate hears of it.
    func afterHold(_ hook: @escaping Hook) { state.withLock { $0.afterHold = hook } }

    /// Happens when a hold was released, before the gate hears of it.
    func afterRelease(_ hook: @escaping Hook) { state.withLock { $0.afterRelease = hook } }

    private var ledger: SQLLedger {
        get throws {
            let isBroken = state.withLock { state in
                if state.isBroken { state.failures += 1 }
                return state.isBroken
            }
            if isBroken { throw StoreFailure.full }
            return real
        }
    }

    func hold(_ request: HoldRequest, at now: Timestamp) async throws -> Admission {
        let admission = try await ledger.hold(request, at: now)
        await state.withLock { $0.afterHold }?()
        return admission
    }

    func extend(_ request: RequestID, toReply wanted: Int64, at now: Timestamp) async throws -> Extension {
        try await ledger.extend(request, toReply: wanted, at: now)
    }

    func leaveQueue(_ request: RequestID) async throws {
        try await ledger.leaveQueue(request)
    }

    func queueDepth(at now: Timestamp) async throws -> Int64 {
        try await ledger.queueDepth(at: now)
    }

    func refresh(_ progress: [HoldProgress], leaseUntil: Timestamp) async throws -> [RequestID: HoldStanding] {
        try requireSound(progress.map(\.requestID))
        return try await ledger.refresh(progress, leaseUntil: leaseUntil)
    }

    func note(_ streamedTokens: Int64, of request: RequestID) {
        onNote.withLock { $0 }?(streamedTokens)
        real.note(streamedTokens, of: request)
    }

    func askToStop(_ request: RequestID, of person: PersonID) async throws -> Bool {
        try await ledger.askToStop(request, of: person)
    }

    func watch(_ request: RequestID, of person: PersonID, until moment: Timestamp) async throws -> Bool {
        try await ledger.watch(request, of: person, until: moment)
    }

    func settle(_ request: RequestID, as ending: Ending, at now: Timestamp) async throws -> Settlement {
        damaged.withLock { if $0.requests.contains(request) { $0.tries += 1 } }
        try requireSound([request])
        return try await ledger.settle(request, as: ending, at: now)
    }

    func release(_ request: RequestID) async throws {
        try await ledger.release(request)
        await state.withLock { $0.afterRelease }?()
    }

    func expiredLeases(at now: Timestamp, cuttingOthersTo longest: Timestamp) async throws -> [Lease] {
        try await ledger.expiredLeases(at: now, cuttingOthersTo: longest)
    }

    func reap(_ leases: [Lease], at now: Timestamp) async throws -> [Settlement] {
        try requireSound(leases.map(\.requestID))
        return try await ledger.reap(leases, at: now)
    }

    func accounts(on path: QuotaPath, at now: Timestamp) async throws -> [Account] {
        try await ledger.accounts(on: path, at: now)
    }

    func openHolds() async throws -> [OpenHold] { try await ledger.openHolds() }
}
