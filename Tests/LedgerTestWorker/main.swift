import Core
import Glibc
import Store

// A worker's ledger in a process of its own, for the tests of what only processes can show.
//
//     ledger-test-worker hold DATABASE MILLISECONDS COUNT    asks for COUNT holds at once, says how many it was given
//     ledger-test-worker churn DATABASE MILLISECONDS         holds and settles for seconds, or until it is killed
//     ledger-test-worker rounds DATABASE MILLISECONDS COUNT  for each line, which names an organization, asks for COUNT
//                                                            holds at once in its name, and says how many it was given
//
// It says "ready" and waits for the end of its standard input before it begins, so that all begin at once; in rounds, for
// the next line.

let arguments = CommandLine.arguments
guard arguments.count >= 4, let milliseconds = Int64(arguments[3]) else { exit(2) }
let now = Timestamp(milliseconds: milliseconds)
let ledger = try await SQLStore.open(path: arguments[2], time: SystemTime()).ledger
say("ready")
if arguments[1] == "rounds" {
    while let organization = readLine() { say("granted \(try await siege(organization, Int(arguments[4]) ?? 0))") }
    exit(0)
}
while readLine() != nil {}

switch arguments[1] {
case "hold": say("granted \(try await grantedHolds(of: Int(arguments[4]) ?? 0))")
case "churn": try await churn()
default: exit(2)
}

/// As many as are given to people of one organization, each asking for a hundred tokens or nothing.
func grantedHolds(of count: Int) async throws -> Int {
    try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<count {
            group.addTask {
                let request = request(prompt: 60, reply: 40, minimum: 40, person: "\(getpid())-\(number)")
                if case .granted = try await ledger.hold(request, at: now) { return true }
                return false
            }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
}

/// As many as are given to one person, with one key and in one project, each asking for a hundred tokens or nothing.
func siege(_ organization: String, _ count: Int) async throws -> Int {
    let path = QuotaPath(
        organization: OrganizationID(rawValue: organization), project: ProjectID(rawValue: "project-" + organization),
        tier: TierID(rawValue: "tier-" + organization), person: PersonID(rawValue: "person-" + organization),
        key: APIKeyID(rawValue: "key-" + organization), model: ModelID(rawValue: "model-" + organization))
    let tariff = Tariff(promptNanodollarsPerMillion: 1_000_000, completionNanodollarsPerMillion: 2_000_000)
    return try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<count {
            group.addTask {
                let request = HoldRequest(
                    requestID: .random(), owner: "\(getpid())", origin: Origin(path: path, modelAsked: "small"),
                    demand: Demand(promptTokens: 60, replyCap: 40, minimumReply: 40, tariff: tariff),
                    leaseUntil: now.advanced(bySeconds: 60))
                if case .granted = try await ledger.hold(request, at: now) { return true }
                return false
            }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
}

func churn() async throws {
    try await withThrowingTaskGroup { group in
        for number in 0..<8 {
            group.addTask { for _ in 0..<2000 { try await holdAndSettle("\(getpid())-\(number)") } }
        }
        try await group.waitForAll()
    }
}

/// Takes far more than it uses, so that all the time somebody is cut short or refused.
func holdAndSettle(_ person: String) async throws {
    let request = request(prompt: 10, reply: 2000, minimum: 1, person: person)
    guard case .granted = try await ledger.hold(request, at: now) else { return say("refused") }
    for account in try await ledger.accounts(on: request.origin.path, at: now)
    where account.used + account.held > account.ceiling {
        say("passed \(account.used) + \(account.held) > \(account.ceiling)")
    }
    let usage = Usage(promptTokens: 1, completionTokens: .random(in: 0...1), source: .reported)
    _ = try await ledger.settle(request.requestID, as: Ending(usage: usage, outcome: .finished), at: now)
    say("settled \(request.requestID) \(usage.totalTokens)")
}

func request(prompt: Int64, reply: Int64, minimum: Int64, person: String) -> HoldRequest {
    let path = QuotaPath(
        organization: OrganizationID(rawValue: "acme"), tier: TierID(rawValue: "free"),
        person: PersonID(rawValue: person), model: ModelID(rawValue: "small"))
    return HoldRequest(
        requestID: .random(), owner: "\(getpid())", origin: Origin(path: path, modelAsked: "small"),
        demand: Demand(promptTokens: prompt, replyCap: reply, minimumReply: minimum),
        leaseUntil: now.advanced(bySeconds: 60))
}

/// One line, in one write.
func say(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = write(STDOUT_FILENO, line, line.count)
}
