import Core
import Glibc
import Store

// Times hold + settle in a process of its own, for Benchmarks/ledger.py:
//
//     ledger-benchmark DATABASE prepare CLIENTS                       people with six limits on their way: tokens by hour,
//                                                                     day and month, requests by minute and at once, and
//                                                                     tokens of their API key by day
//     ledger-benchmark DATABASE run CLIENTS FIRST SECONDS PAUSE       so many clients from the first on, each with a pause
//                                                                     of about so many milliseconds between two requests;
//                                                                     prints the microseconds of each pair
//     ledger-benchmark DATABASE bare FIRST SECONDS                    what SQLite alone takes: transactions that update six
//                                                                     rows and insert one; prints the microseconds of each

let arguments = CommandLine.arguments
if arguments[2] == "bare" {
    let bare = try BareSQLite(path: arguments[1])
    for time in try bare.run(first: Int64(arguments[3])!, seconds: Int(arguments[4])!) {
        print(time / .microseconds(1))
    }
    exit(0)
}
let store = try await SQLStore.open(path: arguments[1], time: SystemTime())
switch arguments[2] {
case "prepare": try await prepare(clients: Int(arguments[3])!)
default:
    try await run(
        clients: Int(arguments[3])!, first: Int(arguments[4])!, seconds: Int(arguments[5])!, pause: Int(arguments[6])!)
}

func prepare(clients: Int) async throws {
    let tier = try await store.tiers.all()[0]
    var settings = tier.settings
    settings.allowance = Tier.Allowance(
        tokensPerHour: 1_000_000_000, tokensPerDay: 1_000_000_000, tokensPerMonth: 1_000_000_000,
        requestsPerMinute: 1_000_000, concurrentRequests: 10_000)
    _ = try await store.tiers.change(tier.id, to: settings, by: .program)
    let upstream = try await store.upstreamRecords.create(
        UpstreamRecord.Draft(name: "None", baseURL: "http://127.0.0.1:9/v1"), by: .program)
    let model = Model.Settings(
        name: "none", upstream: upstream.id, upstreamModel: "none", contextWindow: 100_000, maxReplyTokens: 1_000,
        tiers: [tier.id])
    _ = try await store.models.create(model, by: .program)
    for client in 0..<clients {
        let draft = Person.Draft(email: "client\(client)@example.org", tier: tier.id)
        let person = try await store.people.add(draft, passwordHash: nil, by: .program)
        let key = APIKey.Settings(name: "benchmark", allowance: Tier.Allowance(tokensPerDay: 1_000_000_000))
        _ = try await store.keys.create(key, secret: .random(), for: person.id, by: .program)
    }
}

func run(clients: Int, first: Int, seconds: Int, pause: Int) async throws {
    let people = try await store.people.find(PeopleQuery(text: "", sort: .created, page: 1, pageSize: 200)).rows
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    let times = try await withThrowingTaskGroup(of: [Duration].self) { group in
        for client in first..<first + clients {
            let person = people[client].person
            group.addTask { try await requests(of: person, until: end, pause: pause) }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
    for time in times { print(time / .microseconds(1)) }
}

@Sendable func requests(of person: Person, until end: ContinuousClock.Instant, pause: Int) async throws -> [Duration] {
    var times: [Duration] = []
    var path = try await store.gatePolicy.route(of: person.id, to: "none").path
    path.key = try await store.keys.all(of: person.id)[0].id
    while ContinuousClock.now < end {
        if pause > 0 { try await Task.sleep(for: .milliseconds(pause) * Double.random(in: 0.5...1.5)) }
        times.append(try await ContinuousClock().measure { try await holdAndSettle(on: path) })
    }
    return times
}

@Sendable func holdAndSettle(on path: QuotaPath) async throws {
    let now = SystemTime().now()
    let request = HoldRequest(
        requestID: .random(), owner: "benchmark:\(getpid())", origin: Origin(path: path, modelAsked: "none"),
        demand: Demand(promptTokens: 100, replyCap: 500), leaseUntil: now.advanced(bySeconds: 60))
    guard case .granted = try await store.ledger.hold(request, at: now) else { exit(1) }
    let usage = Usage(promptTokens: 100, completionTokens: 200, source: .reported)
    _ = try await store.ledger.settle(request.requestID, as: Ending(usage: usage, outcome: .finished), at: now)
}
