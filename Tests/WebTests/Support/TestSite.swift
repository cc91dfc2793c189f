import Core
import Foundation
import GateTestSupport
import Hummingbird
import Logging
import Store

@testable import Web

/// The whole site over a real store in a folder of its own and a gate that runs; the test plays the clock and the
/// upstream.
///
/// There is an admin (`admin@example.org`), a tier (`standard`) and a model (`small`) that it may use. A token is a byte.
final class TestSite: Sendable {
    static let address = PublicAddress("https://chat.example.org")!
    static let password = "seven quiet herons"

    let folder: TemporaryFolder
    let clock: TestClock
    let upstream: ScriptedUpstream
    let store: SQLStore
    let gate: Gate
    let site: Site
    let responder: any HTTPResponder<SiteContext>
    let logs: RecordedLog
    /// Is there for a request; set it to play a worker whose streams are all taken.
    let slots = Slots()
    private let upkeep: Task<Void, Never>

    /// Read once for all sites.
    private static let templates = Result {
        try Templates(
            directory: Repository.root + "/templates", words: .english,
            files: StaticFiles(directory: Repository.root + "/public"))
    }

    /// - Parameters:
    ///   - other: a site on whose database, clock and upstream this one is another worker.
    ///   - isEmpty: without anybody and any model, as at the first start.
    ///   - real: asked instead of the one that a test plays, at `baseURL`.
    init(
        beside other: TestSite? = nil, address: PublicAddress = TestSite.address, isStandIn: Bool = false,
        isEmpty: Bool = false, encodings: [String] = ["o200k_base"], metrics: MetricsAccess = MetricsAccess(),
        asking real: (any Upstream)? = nil, at baseURL: String = "http://127.0.0.1:1/v1"
    ) async throws {
        folder = try other?.folder ?? TemporaryFolder()
        clock = other?.clock ?? TestClock()
        upstream = other?.upstream ?? ScriptedUpstream()
        logs = RecordedLog()
        store = try await SQLStore.open(path: folder.path + "/sluice.sqlite", time: clock)
        gate = Gate(
            worker: UUID().uuidString,
            ports: Gate.Ports(
                policy: store.gatePolicy, ledger: store.ledger, upstream: real ?? upstream, meter: ByteMeter(),
                transcript: store.transcript, cache: store.replyCache, repeats: store.repeatedRequests,
                time: clock),
            settings: Gate.Settings(tick: .milliseconds(20), queuePause: .milliseconds(5)), log: logs.logger)
        let settings = Site.Settings(
            address: address, version: "1.2.3", isStandIn: isStandIn,
            templateDirectory: Repository.root + "/templates", publicDirectory: Repository.root + "/public",
            metrics: metrics)
        site = Site(
            .test(store, gate, upstream, clock, encodings: encodings), settings: settings,
            templates: try Self.templates.get())
        responder = site.responder()
        upkeep = Task { [gate] in await gate.run() }
        if other == nil && !isEmpty { try await furnish(baseURL) }
    }

    deinit { upkeep.cancel() }

    /// A browser in which nobody is signed in.
    func browser(from address: String = "192.0.2.7") -> Browser {
        Browser(site: self, remoteAddress: address)
    }

    /// A browser in which this person is signed in. Their password was not asked for: that is the sign-in's own test.
    func browser(of person: Person) async throws -> Browser {
        let browser = browser()
        let token = try await store.sessions.begin(
            for: person.id, on: SessionClient(address: browser.remoteAddress, userAgent: "Test"))
        browser.keep(site.cookies.session.set(token))
        return browser
    }
}

// MARK: What is in the store

extension TestSite {
    /// Somebody new in the tier. With a password they can sign in by the page; hashing it takes a while.
    @discardableResult
    func person(
        _ email: String = "maren@example.org", in tier: Tier? = nil, isAdmin: Bool = false, password: String? = nil
    ) async throws -> Person {
        var hash: String?
        if let password { hash = try await site.ports.hasher.hash(password) }
        let tierID = if let tier { tier.id } else { try await standard().id }
        return try await store.people.add(
            Person.Draft(email: email, displayName: "Maren Voss", tier: tierID, isAdmin: isAdmin), passwordHash: hash,
            by: .program)
    }

    func admin() async throws -> Person {
        try await store.people.person(with: EmailAddress(rawValue: "admin@example.org")!)!
    }

    func standard() async throws -> Tier { try await store.tiers.all()[0] }

    func model() async throws -> Model { try await store.models.all()[0] }

    /// A prompt of this person that ran to its end: `promptTokens` for the question, one for each byte of the reply.
    func use(promptTokens: Int, reply: String, by person: Person, conversation: ConversationID? = nil) async throws {
        let prompt = Prompt(
            person: person.id, conversation: conversation, model: "small",
            messages: [ChatMessage(role: .user, content: String(repeating: "a", count: promptTokens))])
        let live = try await gate.submit(prompt)
        let scripted = await upstream.next()
        scripted.send(.text(reply))
        scripted.finish()
        _ = try await live.whole()
    }

    private func furnish(_ baseURL: String) async throws {
        let tier = try await standard()
        _ = try await store.people.add(
            Person.Draft(email: "admin@example.org", displayName: "Ada", tier: tier.id, isAdmin: true),
            passwordHash: nil, by: .program)
        let upstream = try await store.upstreamRecords.create(
            UpstreamRecord.Draft(name: "Demo", baseURL: baseURL, key: .replace(with: "sk-upstream")), by: .program)
        let model = try await store.models.create(
            Model.Settings(
                name: "small", upstream: upstream.id, upstreamModel: "demo-small", contextWindow: 100_000,
                maxReplyTokens: 4_000, tiers: [tier.id]), by: .program)
        try await noteReply(of: model.id)
    }
}

/// Takes every alert and tells nobody.
private struct SilentSender: AlertSender {
    func send(_ notice: AlertNotice, to target: AlertTarget) async throws {}
}

extension Site.Ports {
    fileprivate static func test(
        _ store: SQLStore, _ gate: Gate, _ upstream: ScriptedUpstream, _ clock: TestClock, encodings: [String]
    ) -> Site.Ports {
        let hasher = Argon2Hasher()
        return Site.Ports(
            gate: gate, ledger: store.ledger, usage: store.usageHistory, conversations: store.conversations,
            signIn: SignIn(
                people: store.people, sessions: store.sessions, throttle: store.signInThrottle, hasher: hasher),
            sessions: store.sessions, firstAdmin: store.firstAdmin, invitations: store.invitations, hasher: hasher,
            organizations: store.organizations, people: store.people, tiers: store.tiers, limits: store.limits,
            limitPlans: store.limitPlans,
            grants: store.grants,
            projects: store.projects, keys: store.keys, models: store.models, upstreams: store.upstreamRecords,
            auditLog: store.auditLog, alerts: store.alerts,
            alertTests: AlertCourier(
                alerts: store.alerts, organizations: store.organizations, sender: SilentSender(), time: clock,
                log: Logger(label: "test")),
            elasticLimits: store.elasticLimits, metrics: store.metrics,
            probes: Site.Probes(
                store: { try await store.health() },
                modelNames: { endpoint in try await upstream.modelNames(at: endpoint) }, encodings: { encodings }),
            time: clock)
    }
}
