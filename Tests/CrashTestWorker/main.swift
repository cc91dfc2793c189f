import Core
import Glibc
import Store

// One operation of the store in a process of its own, which is killed in the midst of it or whose disk fails, for
// Tests/Crashes/crashes.py:
//
//     crash-test-worker prepare DATABASE          a tier, two people, an extra, settled requests, and three that run
//     crash-test-worker old DATABASE NUMBER       an empty database with the schema up to this step
//     crash-test-worker OPERATION DATABASE        hold, extend, settle, expire, grant, tier, import or migration
//     crash-test-worker backup DATABASE FILE
//     crash-test-worker check DATABASE            says what `sluice verify` would find
//
// An operation says "done", or "failed" with its StoreFailure and is tried once more. After "done", the log is
// moved into the file. The exit code is 0, or 3 when the last word was "failed".

let arguments = CommandLine.arguments
guard arguments.count >= 3 else { exit(2) }
let now = Timestamp(milliseconds: 1_767_787_200_000)
let path = arguments[2]

struct StillTime: TimeSource {
    func now() -> Timestamp { Timestamp(milliseconds: 1_767_787_200_000) }
}

struct Unfinished: Error {}

switch arguments[1] {
case "prepare": try await prepare()
case "old": try await SQLStore.createOld(path: path, upTo: Int(arguments[3]) ?? 0, time: StillTime())
case "check": exit(try await check())
default: exit(await attempt() ? 0 : await attempt() ? 0 : 3)
}

func open() async throws -> SQLStore { try await SQLStore.open(path: path, time: StillTime()) }

/// - Returns: false when it failed as it may.
func attempt() async -> Bool {
    do {
        let store = try await open()
        try await operate(on: store)
        say("done")
        store.database.moveLog()
        return true
    } catch let failure as StoreFailure {
        say("failed \(failure)")
        return false
    } catch {
        say("broken \(error)")
        exit(4)
    }
}

func operate(on store: SQLStore) async throws {
    switch arguments[1] {
    case "hold": try await hold("r-new", in: store)
    case "extend":
        let extended = try await store.ledger.extend(RequestID(rawValue: "r-1"), toReply: 90, at: now)
        guard extended.heldReply == 90 else { throw Unfinished() }
    case "settle":
        let usage = Usage(promptTokens: 100, completionTokens: 77, cachedPromptTokens: 9, source: .reported)
        _ = try await store.ledger.settle(
            RequestID(rawValue: "r-1"), as: Ending(usage: usage, outcome: .finished), at: now)
    case "expire":
        let later = now.advanced(bySeconds: 61)
        _ = try await store.ledger.reap(try await store.ledger.expiredLeases(at: later), at: later)
    case "grant":
        let draft = Grant.Draft(amount: 5000, reason: "a deadline", expiresAt: now.advanced(bySeconds: 3600))
        _ = try await store.grants.add(draft, to: .person(try await person(in: store).id), by: .shell)
    case "tier":
        let tier = try await store.tiers.all()[0]
        var settings = tier.settings
        settings.audience = "Everybody"
        settings.allowance.tokensPerDay = 123_456
        settings.allowance.requestsPerMinute = nil
        _ = try await store.tiers.change(tier.id, to: settings, by: .shell)
    case "import": _ = try await store.limitPlans.apply(plan, by: .shell)
    case "migration": break
    case "backup": try await store.backUp(to: arguments[3])
    default: exit(2)
    }
}

/// A limit that changes, one that is new, and a project that is new.
var plan: LimitPlan {
    LimitPlan(subjects: [
        LimitPlan.Subject(
            scope: .organization, name: "", rules: [LimitPlan.Rule(meter: .tokens, window: .month, amount: 9_000_000)]),
        LimitPlan.Subject(
            scope: .project, name: "Thesis", priority: .low,
            rules: [LimitPlan.Rule(meter: .cost, window: .week, amount: 5_000_000)]),
    ])
}

func check() async throws -> Int32 {
    let report = try await open().verification.verify(at: now)
    for result in report.results {
        for difference in result.told {
            say("\(difference.row): \(difference.what) is \(difference.stored), expected \(difference.expected)")
        }
    }
    return report.isClean ? 0 : 1
}

// MARK: Preparing

func prepare() async throws {
    let store = try await open()
    let tier = try await store.tiers.all()[0]
    let upstream = try await store.upstreamRecords.create(
        UpstreamRecord.Draft(name: "None", baseURL: "http://127.0.0.1:9/v1"), by: .program)
    let model = Model.Settings(
        name: "none", upstream: upstream.id, upstreamModel: "none", contextWindow: 100_000, maxReplyTokens: 1_000,
        tiers: [tier.id])
    _ = try await store.models.create(model, by: .program)
    let draft = Person.Draft(email: "ada@example.org", tier: tier.id)
    let person = try await store.people.add(draft, passwordHash: nil, by: .program)
    let extra = Grant.Draft(amount: 700, reason: "a demonstration", expiresAt: now.advanced(bySeconds: 3600))
    _ = try await store.grants.add(extra, to: .person(person.id), by: .program)
    for number in 0..<10 {
        try await hold("s-\(number)", in: store)
        let usage = Usage(promptTokens: 100, completionTokens: Int64(number), source: .reported)
        _ = try await store.ledger.settle(
            RequestID(rawValue: "s-\(number)"), as: Ending(usage: usage, outcome: .finished), at: now)
    }
    for number in 1...3 { try await hold("r-\(number)", in: store) }
}

func hold(_ name: String, in store: SQLStore) async throws {
    let path = try await store.gatePolicy.route(of: person(in: store).id, to: "none").path

    let request = HoldRequest(
        requestID: RequestID(rawValue: name), owner: "crash-test-worker",
        origin: Origin(path: path, modelAsked: "none", conversation: ConversationID(rawValue: "talk")),
        demand: Demand(promptTokens: 100, replyCap: 200, expectedReply: 20), leaseUntil: now.advanced(bySeconds: 60))
    guard case .granted = try await store.ledger.hold(request, at: now) else { throw Unfinished() }
}

func person(in store: SQLStore) async throws -> Person {
    let query = PeopleQuery(text: "", sort: .created, page: 1, pageSize: 1)
    guard let row = try await store.people.find(query).rows.first else { throw Unfinished() }
    return row.person
}

/// One line, in one write.
func say(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = write(STDOUT_FILENO, line, line.count)
}
