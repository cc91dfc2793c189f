import Core
import FastCGI
import Foundation
import Logging
import Relay
import ServiceLifecycle
import Store
import Tokenizer
import UnixSignals
import Web

/// One worker process: the rooms, wired.
struct Worker {
    private let settings: Settings
    private let log: Logger

    init(_ settings: Settings, log: Logger) {
        self.settings = settings
        self.log = log
    }

    /// Serves until SIGTERM or SIGINT, then lets open requests end, settles what is left and closes the upstream.
    func serve(on socket: ListeningSocket) async throws {
        let store = try await SQLStore.open(settings, createsFile: false)
        let upstream = OpenAIUpstream(settings: upstreamSettings)
        let channels = AlertChannels(settings: alertSettings)
        let courier = AlertCourier(
            alerts: store.alerts, organizations: store.organizations, sender: channels, time: SystemTime(), log: log)
        let gate = try gate(store, upstream)
        let site = try Site(ports(store, upstream, gate, courier), settings: siteSettings)
        let configuration = fastCGIConfiguration
        let server = FastCGIServer(
            site.responder(), on: socket, slots: StreamSlots(limit: streamLimit), configuration: configuration,
            logger: log
        ) { SiteContext($0) }
        // Ended in the opposite order: the gate is told, then nobody comes in any more, and in the end the gate settles.
        let services: [any Service] = [
            GateKeeping(gate: gate), Housekeeping(store: store, log: log),
            LimitKeeping(limits: store.elasticLimits, courier: courier, log: log), server, EndNotice(gate: gate),
        ]
        try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: log).run()
        try await channels.shutDown()
        try await upstream.shutDown()
    }

    private var fastCGIConfiguration: FastCGIConfiguration {
        var configuration = FastCGIConfiguration()
        configuration.drainLimit = .seconds(settings.drainSeconds)
        return configuration
    }

    private var streamLimit: Int {
        let possible = OpenFileLimit.streams(
            within: OpenFileLimit.raise(), pageReserve: fastCGIConfiguration.pageReserve)
        return min(settings.maxStreams ?? possible, possible)
    }

    private var upstreamSettings: OpenAIUpstream.Settings {
        var upstream = OpenAIUpstream.Settings()
        upstream.maxConnectionsPerHost = streamLimit
        return upstream
    }

    private var alertSettings: AlertChannels.Settings {
        AlertChannels.Settings(
            address: settings.address.origin, sendmail: settings.sendmail, mailFrom: settings.mailFrom)
    }

    private func gate(_ store: SQLStore, _ upstream: OpenAIUpstream) throws -> Gate {
        let ports = Gate.Ports(
            policy: store.gatePolicy, ledger: store.ledger, upstream: upstream,
            meter: PromptMeter(try TokenCounters(directory: settings.tables)), transcript: store.transcript,
            cache: store.replyCache, repeats: store.repeatedRequests, time: SystemTime())
        return Gate(worker: "\(ProcessInfo.processInfo.hostName):\(getpid())", ports: ports, log: log)
    }

    private func ports(
        _ store: SQLStore, _ upstream: OpenAIUpstream, _ gate: Gate, _ courier: AlertCourier
    ) -> Site.Ports {
        let hasher = Argon2Hasher()
        let signIn = SignIn(
            people: store.people, sessions: store.sessions, throttle: store.signInThrottle, hasher: hasher)
        return Site.Ports(
            gate: gate, ledger: store.ledger, usage: store.usageHistory, conversations: store.conversations,
            signIn: signIn, sessions: store.sessions, firstAdmin: store.firstAdmin,
            invitations: store.invitations, hasher: hasher,
            organizations: store.organizations, people: store.people, tiers: store.tiers, limits: store.limits,
            limitPlans: store.limitPlans,
            grants: store.grants,
            projects: store.projects, keys: store.keys, models: store.models, upstreams: store.upstreamRecords,
            auditLog: store.auditLog, alerts: store.alerts, alertTests: courier, elasticLimits: store.elasticLimits,
            metrics: store.metrics, probes: probes(store, upstream), time: SystemTime())
    }

    private func probes(_ store: SQLStore, _ upstream: OpenAIUpstream) -> Site.Probes {
        Site.Probes(
            store: { try await store.health() },
            modelNames: { try await upstream.modelNames(at: $0) },
            encodings: { Encoding.allCases.map(\.rawValue) })
    }

    private var siteSettings: Site.Settings {
        Site.Settings(
            address: settings.address, version: Sluice.version, isStandIn: settings.firstUpstream.isStandIn,
            templateDirectory: settings.templates, publicDirectory: settings.publicFiles, metrics: settings.metrics)
    }
}

extension SiteContext {
    init(_ source: FastCGIRequestSource) {
        self.init(
            logger: source.logger, requestID: RequestID(rawValue: source.requestID),
            remoteAddress: source.remoteAddress, takeStreamSlot: { source.takeStreamSlot() })
    }
}

/// Tells the gate as soon as the worker is asked to end.
private struct EndNotice: Service {
    let gate: Gate

    func run() async throws {
        try? await gracefulShutdown()
        await gate.noteEnding()
    }
}

/// The gate's own work, and its end: replies that still run are stopped and settled by what they have produced.
private struct GateKeeping: Service {
    let gate: Gate

    /// The server has given replies their time already.
    private static let lastMoment: Duration = .seconds(1)

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await gate.run() }
            try? await gracefulShutdown()
            await gate.drain(upTo: Self.lastMoment)
            group.cancelAll()
        }
    }
}

/// Lets limits follow the forecast, and delivers alerts, every few seconds in each worker: the store sees to it that
/// each thing is done by one of them.
private struct LimitKeeping: Service {
    let limits: any ElasticLimits
    let courier: AlertCourier
    let log: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await followForecast()
                // What is being sent when the worker has to end is sent to its end, or would be sent twice.
                await Task { await deliverAlerts() }.value
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }

    private func followForecast() async {
        do {
            for change in try await limits.adjust() {
                log.info(
                    "A limit followed the forecast",
                    metadata: ["limit": "\(change.limit)", "amount": "\(change.after)", "reason": "\(change.reason)"])
            }
        } catch {
            log.warning("Limits could not follow the forecast", metadata: ["error": "\(error)"])
        }
    }

    private func deliverAlerts() async {
        do {
            try await courier.deliver()
        } catch {
            log.warning("Alerts could not be delivered", metadata: ["error": "\(error)"])
        }
    }
}

/// Forgets what has expired, every ten minutes in each worker.
private struct Housekeeping: Service {
    let store: SQLStore
    let log: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await cleanUp()
                try? await Task.sleep(for: .seconds(600))
            }
        }
    }

    private func cleanUp() async {
        do {
            try await store.sessions.cleanUp()
            try await store.invitations.cleanUp()
            try await store.signInThrottle.cleanUp()
            try await store.conversations.giveUpStale()
            try await store.replyCache.cleanUp(at: SystemTime().now())
            try await store.repeatedRequests.cleanUp(at: SystemTime().now())
        } catch {
            log.warning("Could not forget what has expired", metadata: ["error": "\(error)"])
        }
    }
}
