import Core
import SeededRandom
import Testing

@testable import Store

/// Four processes ask at once for one person, on whose way six limits of random kinds lie: exactly as many run as a
/// plain calculation says.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct LedgerSiegeTests {
    static let configurations = 100
    static let processes = 4
    static let requestsEach = 50

    @Test func exactlyAsManyRunAsFitWhateverTheLimits() async throws {
        let book = try await LedgerFixture()
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let workers = try (0..<Self.processes).map { _ in
            try LedgerProcess(["rounds", book.file.path, "\(Timestamp.start.milliseconds)", "\(Self.requestsEach)"])
        }
        for worker in workers { #expect(await worker.next() == "ready") }
        for round in 0..<Self.configurations {
            let siege = Siege(organization: "acme-\(round)", random: &random)
            try await siege.prepare(in: book)
            for worker in workers { worker.tell(siege.organization) }
            var granted: Int64 = 0
            for worker in workers {
                granted += try #require(await worker.next()?.split(separator: " ").last.flatMap { Int64($0) })
            }
            #expect(granted == siege.fitting, "seed \(seed), \(siege)")
        }
        for worker in workers { worker.begin() }
        #expect(try await book.database.discrepancies() == [])
    }
}

private struct Siege {
    let organization: String
    private(set) var limits: [Limit] = []
    private(set) var grants: [Grant] = []

    init(organization: String, random: inout SeededGenerator) {
        self.organization = organization
        for _ in 0..<6 { limits.append(limit(&random)) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { grants.append(grant(&random)) }
    }

    func prepare(in book: LedgerFixture) async throws {
        try await book.database.write { session in
            try session.addOrganization(OrganizationID(rawValue: organization), timeZone: "Europe/Berlin")
        }
        for limit in limits { try await book.store(limit) }
        for grant in grants {
            try await book.grant(grant.amount, grant.meter, to: grant.holder, until: grant.expiresAt)
        }
    }

    /// The plain calculation: one more runs as long as each limit, with the extras of its holder, has room for all of
    /// them. Every request asks for 60 + 40 tokens, which cost 60 + 2 × 40 nanodollars.
    var fitting: Int64 {
        limits.map { limit in
            let each: Int64 =
                switch limit.meter {
                case .tokens: 100
                case .promptTokens: 60
                case .completionTokens: 40
                case .cost: 140
                case .requests, .concurrent: 1
                }
            if limit.window == .perRequest { return each <= limit.amount ? .max : 0 }
            let extra = grants.filter { $0.covers(limit) }.reduce(0) { $0 + $1.amount }
            return limit.mode == .shadow ? .max : (limit.amount + extra) / each
        }.min().map { min($0, Int64(LedgerSiegeTests.processes * LedgerSiegeTests.requestsEach)) } ?? 0
    }

    private func limit(_ random: inout SeededGenerator) -> Limit {
        let (scope, subject) = [
            (Limit.Scope.organization, organization), (.project, "project-" + organization),
            (.tier, "tier-" + organization), (.person, "person-" + organization), (.key, "key-" + organization),
            (.model, "model-" + organization),
        ].randomElement(using: &random)!
        let meter = Limit.Meter.allCases.randomElement(using: &random)!
        var windows: [Window] = meter == .concurrent ? [.lifetime] : [.minute, .hour, .day, .week, .month, .bucket]
        if meter != .requests && meter != .concurrent { windows.append(.perRequest) }
        let window = windows.randomElement(using: &random)!
        let isFew = meter == .requests || meter == .concurrent
        // Hardly ever so small that nothing runs, and often so small that not everything does.
        let amount: Int64 = isFew ? .random(in: 5...260, using: &random) : .random(in: 300...26_000, using: &random)
        return Limit(
            scope: scope, subject: subject, meter: meter, window: window, amount: amount,
            refill: window == .bucket ? .random(in: 1...100_000_000, using: &random) : nil,
            mode: Int.random(in: 0..<8, using: &random) == 0 ? .shadow : .enforce)
    }

    private func grant(_ random: inout SeededGenerator) -> Grant {
        let holder = [
            Grant.Holder.person(PersonID(rawValue: "person-" + organization)),
            .project(ProjectID(rawValue: "project-" + organization)),
            .organization(OrganizationID(rawValue: organization)),
        ].randomElement(using: &random)!
        return Grant(
            holder: holder, meter: [.tokens, .requests, .cost].randomElement(using: &random)!,
            amount: .random(in: 1...5000, using: &random), reason: "a deadline", createdAt: .start,
            expiresAt: Timestamp.start.advanced(bySeconds: 3600))
    }
}
