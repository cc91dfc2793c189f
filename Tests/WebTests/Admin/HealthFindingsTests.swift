import Core
import Testing

@testable import Web

/// What the health page calls a misconfiguration.
@Suite struct HealthFindingsTests {
    private static let upstream = UpstreamRecord(
        id: .random(), organization: .random(), name: "Own", baseURL: "https://own.example/v1", hasKey: true)

    private static let model = Model(
        organization: upstream.organization,
        settings: Model.Settings(
            name: "small", upstream: upstream.id, upstreamModel: "up-small", contextWindow: 8_000,
            maxReplyTokens: 1_000))

    /// A house in which all is well.
    private func findings(
        address: String = "https://chat.example.org", isStandIn: Bool = false, free: Int64 = 50_000_000_000,
        log: Int64 = 0, isReadable: Bool = false, encodings: [String] = ["o200k_base"], models: [Model] = [model],
        tierModels: Set<ModelID> = [model.id], upstream: UpstreamRecord = upstream,
        answer: Result<[String], UpstreamFailure> = .success(["up-small"]), holds: [OpenHold] = [],
        audit: AuditVerdict = .intact(entries: 3), admins: Int = 2
    ) -> HealthFindings {
        HealthFindings(
            settings: Site.Settings(
                address: PublicAddress(address)!, version: "1", isStandIn: isStandIn, templateDirectory: "",
                publicDirectory: ""),
            store: StoreHealth(
                engine: "SQLite 3.40.1", path: "/data/sluice.db", fileBytes: 1_000, logBytes: log, freeDiskBytes: free,
                migration: "010_ledger", isReadableByOthers: isReadable),
            encodings: encodings, organization: Organization(name: "Us"),
            tiers: [
                Tier(
                    organization: upstream.organization,
                    settings: Tier.Settings(
                        name: "Standard", maxPromptTokens: 1, maxReplyTokens: 1, models: tierModels,
                        allowance: Tier.Allowance(tokensPerDay: 1)))
            ],
            models: models, upstreams: [UpstreamState(record: upstream, answer: answer)], holds: holds, audit: audit,
            now: Timestamp(milliseconds: 1_000_000), admins: admins)
    }

    private func titles(_ findings: HealthFindings) -> [String] {
        findings.warnings(.english).map { "\($0.tone): \($0.title)" }
    }

    @Test func whereAllIsWellNothingIsSaid() {
        #expect(titles(findings()) == [])
    }

    @Test func theWorstComesFirst() {
        #expect(
            titles(findings(address: "http://chat.lan", isReadable: true)) == [
                "stop: Others on this machine can read the database.", "warn: The address is plain HTTP.",
            ])
    }

    @Test func aDiskThatFillsUpIsSeenBeforeItIsFull() {
        #expect(titles(findings(free: 999_999_999)) == ["warn: The disk is filling up."])
        #expect(titles(findings(free: 99_999_999)) == ["stop: The disk is almost full."])
        #expect(titles(findings(log: 64_000_001)) == ["warn: The database's log grows."])
    }

    @Test func whatKeepsPeopleFromAskingIsNamed() {
        #expect(
            titles(findings(models: [])) == ["warn: There is no model.", "warn: These tiers have no model to ask."])
        #expect(titles(findings(tierModels: [])) == ["warn: These tiers have no model to ask."])
        #expect(titles(findings(answer: .failure(.timedOut))) == ["warn: Not every upstream answers."])
        #expect(
            titles(findings(answer: .success(["other"]))) == ["warn: Their upstream does not offer these models."])
        #expect(titles(findings(answer: .success([]))) == [])
    }

    @Test func anUpstreamWithoutAKeyIsNamedOnlyWhereOneIsUsual() {
        var keyless = Self.upstream
        keyless.hasKey = false
        #expect(titles(findings(upstream: keyless)) == ["warn: These upstreams have no key."])
        keyless.baseURL = "http://127.0.0.1:8089/v1"
        #expect(titles(findings(upstream: keyless)) == [])
    }

    @Test func anAlteredLogAndALoneAdminAreSaid() {
        #expect(titles(findings(audit: .broken(at: 7))) == ["stop: The audit log was altered."])
        #expect(titles(findings(admins: 1)) == ["warn: Only one person can administer."])
        #expect(titles(findings(isStandIn: true)) == ["warn: Replies come from the stand-in."])
        #expect(titles(findings(encodings: [])) == ["stop: No vocabulary is there."])
    }

    @Test(arguments: [(Int64(939_999), true), (940_000, false)])
    func aHoldThatIsOverByAMinuteIsStale(_ leaseUntil: Int64, _ isStale: Bool) {
        let path = QuotaPath(
            organization: .random(), tier: .random(), person: .random(), model: Self.model.id)
        let hold = OpenHold(
            id: .random(), owner: "w", origin: Origin(path: path, modelAsked: "small"), promptTokens: 1, replyCap: 1,
            streamedTokens: 0, openedAt: Timestamp(milliseconds: 0),
            leaseUntil: Timestamp(milliseconds: leaseUntil), isAskedToStop: false)
        let expected = isStale ? ["warn: Holds of workers that are gone are not settled."] : []
        #expect(titles(findings(holds: [hold])) == expected)
    }
}
