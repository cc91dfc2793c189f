import Core
import FastCGI
import Foundation
import Store
import Web

/// All that can be set from outside, read once at start (`README.md` lists the keys).
struct Settings {
    var database: String
    var durability: SQLiteDatabase.Settings.Durability
    var tables: String
    var templates: String
    var publicFiles: String
    var address: PublicAddress
    var socket: String
    /// Who may connect beside the owner; nginx's group.
    var socketGroup: String?
    var workers: Int
    /// How long a worker that is asked to end lets replies go on.
    var drainSeconds: Int
    /// For each worker; nil for as many as its open files allow.
    var maxStreams: Int?
    var logLevel: String
    /// The program that takes e-mail.
    var sendmail: String
    /// From whom it comes.
    var mailFrom: EmailAddress
    /// Who may read `/metrics`.
    var metrics: MetricsAccess
    /// The upstream that a new database begins with.
    var firstUpstream: FirstUpstream

    struct FirstUpstream: Sendable {
        var baseURL: String
        var apiKey: String?
        /// The address is that of `demo-upstream`, and the pages say so.
        var isStandIn: Bool
    }

    /// - Throws: `ConfigurationMistakes`, with everything that is wrong.
    init(_ environment: [String: String]) throws {
        var keys = ConfigurationKeys(environment)
        database = keys.text("SLUICE_DATABASE") ?? "var/sluice.db"
        durability = keys.choice("SLUICE_DURABILITY") ?? .normal
        tables = keys.text("SLUICE_TABLES") ?? "var/vocabulary"
        templates = keys.text("SLUICE_TEMPLATES") ?? "templates"
        publicFiles = keys.text("SLUICE_PUBLIC") ?? "public"
        address = keys.address("SLUICE_ADDRESS") ?? PublicAddress("http://localhost:8080")!
        socket = keys.text("SLUICE_SOCKET") ?? "var/run/sluice.sock"
        socketGroup = keys.text("SLUICE_SOCKET_GROUP")
        workers = keys.number("SLUICE_WORKERS", in: 1...64) ?? 2
        drainSeconds = keys.number("SLUICE_DRAIN_SECONDS", in: 0...3600) ?? 30
        maxStreams = keys.number("SLUICE_MAX_STREAMS", in: 1...100_000)
        logLevel = keys.text("SLUICE_LOG_LEVEL") ?? "info"
        sendmail = keys.text("SLUICE_SENDMAIL") ?? "/usr/sbin/sendmail"
        mailFrom = keys.emailAddress("SLUICE_MAIL_FROM") ?? .sluice(at: address)
        metrics = MetricsAccess(
            token: keys.secret("SLUICE_METRICS_TOKEN"), addresses: Set(keys.list("SLUICE_METRICS_FROM")))
        firstUpstream = FirstUpstream(
            baseURL: keys.text("OPENAI_BASE_URL") ?? "https://api.openai.com/v1",
            apiKey: keys.secret("OPENAI_API_KEY"),
            isStandIn: keys.flag("SLUICE_STAND_IN"))
        try keys.throwIfMistaken()
    }
}

extension EmailAddress {
    private static let ofThisMachine = EmailAddress(rawValue: "sluice@localhost")!

    /// `sluice@chat.example.org`. A host too long for an address of mail has none.
    fileprivate static func sluice(at address: PublicAddress) -> EmailAddress {
        let host = URLComponents(string: address.origin)?.host ?? ""
        let isName = !host.isEmpty && !host.contains(":")
        return isName ? EmailAddress(rawValue: "sluice@" + host) ?? ofThisMachine : ofThisMachine
    }
}
