import Core
import LimitsFile
import LimitsTestSupport
import Testing

@testable import Store

/// Every key of the printed file, down to the request that it refuses.
struct PrintedFileEffectTests {
    let temporary: TemporaryStore
    let organization: Organization
    let model: Model
    let project: [String: Project]
    let tier: [String: Tier]

    init() async throws {
        temporary = try await TemporaryStore()
        model = try await temporary.addModel("small", in: [temporary.standard.id])
        _ = try await temporary.store.limitPlans.apply(LimitsFile.read(printedFile), by: temporary.actor)
        organization = try await temporary.store.organizations.current()
        let (projects, tiers) = (try await temporary.store.projects.all(), try await temporary.store.tiers.all())
        project = Dictionary(uniqueKeysWithValues: projects.map { ($0.name, $0) })
        tier = Dictionary(uniqueKeysWithValues: tiers.map { ($0.name, $0) })
    }

    @Test func requestOfAProjectBeyondItsLimitCanNeverFit() async throws {
        let refusal = try #require(try await hold(prompt: 4000, in: "production", of: "premium"))
        #expect(refusal == Limit.Name(scope: .project, meter: .tokens, window: .perRequest))
        #expect(try await hold(prompt: 3999, in: "production", of: "premium") == nil)
        #expect(try await hold(prompt: 2000, in: "development", of: "premium") == refusal)
    }

    @Test func projectAndTierAndOrganizationEndWithTheDay() async throws {
        try await use(150_000, in: "production", of: "elsewhere")
        #expect(try await hold(prompt: 3000, in: "production", of: "premium") == nil)
        try await use(48_000, in: "production", of: "elsewhere")
        #expect(
            try await hold(prompt: 3000, in: "production", of: "premium")
                == Limit.Name(scope: .project, meter: .tokens, window: .day))
        #expect(
            try await hold(prompt: 10_000, of: "Standard") == Limit.Name(scope: .tier, meter: .tokens, window: .day))
        #expect(try await hold(prompt: 10_000, of: "premium") == nil)
        try await use(300_000, of: "elsewhere")
        #expect(
            try await hold(prompt: 2000, of: "premium")
                == Limit.Name(scope: .organization, meter: .tokens, window: .day))
    }

    @Test func organizationEndsWithTheMonth() async throws {
        for _ in 0..<20 {
            try await use(499_999, of: "elsewhere")
            temporary.clock.advance(seconds: 86_400)
        }
        #expect(
            try await hold(prompt: 21, of: "premium")
                == Limit.Name(scope: .organization, meter: .tokens, window: .month))
    }

    @Test func requestsAMinuteAreCounted() async throws {
        for _ in 0..<30 { #expect(try await hold(prompt: 1, of: "Standard") == nil) }
        let rate = Limit.Name(scope: .tier, meter: .requests, window: .minute)
        #expect(try await hold(prompt: 1, of: "Standard") == rate)
        for _ in 0..<100 { #expect(try await hold(prompt: 1, of: "premium") == nil) }
        #expect(try await hold(prompt: 1, of: "premium") == rate)
    }

    @Test func prioritiesAndAlertsAreTheOrganizationsOwn() {
        #expect(project["production"]?.priority == .high)
        #expect(project["development"]?.priority == .low)
        #expect(organization.alertRules.map(\.action) == [.warn, .throttle, .block])
        #expect(organization.alertRules.map(\.thresholdPartsPerMillion) == [800_000, 950_000, 1_000_000])
        #expect(organization.alertRules[0].channels == [.slack, .email])
        #expect(organization.alertRules[1].reductionPartsPerMillion == 500_000)
        #expect(organization.alertRules[2].fallback == .cache)
    }

    /// - Returns: what refused it; nil when it was let in, and then it has come to nothing.
    private func hold(prompt: Int64, in project: String? = nil, of tier: String) async throws -> Limit.Name? {
        let (request, now) = (request(prompt: prompt, in: project, of: tier), temporary.clock.now())
        if case .refused(let refusal) = try await temporary.store.ledger.hold(request, at: now) {
            return Limit.Name(scope: refusal.scope, meter: refusal.meter, window: refusal.window)
        }
        _ = try await temporary.store.ledger.settle(
            request.requestID, as: .finished(prompt: 0, completion: 0), at: now)
        return nil
    }

    /// By somebody whom no tier of the file limits.
    private func use(_ tokens: Int64, in project: String? = nil, of tier: String) async throws {
        let now = temporary.clock.now()
        var left = tokens
        while left > 0 {
            let request = request(prompt: project == nil ? left : min(left, 3999), in: project, of: tier)
            guard case .granted = try await temporary.store.ledger.hold(request, at: now) else { return }
            let used = request.demand.promptTokens
            _ = try await temporary.store.ledger.settle(
                request.requestID, as: .finished(prompt: used, completion: 0), at: now)
            left -= used
        }
    }

    private func request(prompt: Int64, in project: String?, of tier: String) -> HoldRequest {
        let path = QuotaPath(
            organization: organization.id, project: project.flatMap { self.project[$0]?.id },
            tier: self.tier[tier]?.id ?? .random(), person: temporary.admin.id, model: model.id)
        return HoldRequest(
            requestID: .random(), owner: "worker-1",
            origin: Origin(path: path, modelAsked: "small", conversation: nil),
            demand: Demand(promptTokens: prompt, replyCap: 1, minimumReply: 1, tariff: Tariff()),
            leaseUntil: temporary.clock.now().advanced(bySeconds: 60))
    }
}
