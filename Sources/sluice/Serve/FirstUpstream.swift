import Core
import Logging
import Store

/// Gives a new database an upstream and models from the environment, so that the first person can chat at once.
///
/// Where the database has an upstream already, the admin panel decides and the environment changes nothing, with one
/// exception: the stand-in's port may be another one at every start.
struct FirstUpstream {
    let store: SQLStore
    let upstream: any Upstream
    let settings: Settings.FirstUpstream
    let log: Logger

    private static let standInName = "Stand-in"
    /// It counts by this one. Other upstreams' models are known by their names, or not at all.
    private static let standInEncoding = "o200k_base"

    func arrange() async throws {
        let records = try await store.upstreamRecords.all()
        if let standIn = records.first(where: { $0.name == Self.standInName }), settings.isStandIn {
            try await move(standIn)
        } else if records.isEmpty {
            try await begin()
        }
    }

    private func move(_ standIn: UpstreamRecord) async throws {
        guard standIn.baseURL != settings.baseURL else { return }
        let draft = UpstreamRecord.Draft(name: standIn.name, baseURL: settings.baseURL)
        _ = try await store.upstreamRecords.change(standIn.id, to: draft, by: .program)
    }

    private func begin() async throws {
        let draft = UpstreamRecord.Draft(
            name: settings.isStandIn ? Self.standInName : "From the environment", baseURL: settings.baseURL,
            key: settings.apiKey.map { .replace(with: $0) } ?? .clear)
        let record = try await store.upstreamRecords.create(draft, by: .program)
        let tiers = Set(try await store.tiers.all().map(\.id))
        for name in await modelNames() {
            let model = Model.Settings(
                name: name, upstream: record.id, upstreamModel: name,
                encoding: settings.isStandIn ? Self.standInEncoding : nil, contextWindow: 128_000, maxReplyTokens: 4096,
                tiers: tiers)
            _ = try await store.models.create(model, by: .program)
        }
    }

    /// Chat models that most people know where they are offered, else the first few of what there is.
    private func modelNames() async -> [String] {
        do {
            let endpoint = UpstreamEndpoint(baseURL: settings.baseURL, apiKey: settings.apiKey)
            let offered = try await upstream.modelNames(at: endpoint)
            let known = Self.wellKnown.filter(offered.contains)
            return known.isEmpty ? Array(offered.filter(Self.mayChat).prefix(5)) : known
        } catch {
            log.warning(
                "The upstream does not tell its models: an admin has to enter them", metadata: ["error": "\(error)"])
            return []
        }
    }

    private static func mayChat(_ name: String) -> Bool {
        !["embed", "whisper", "tts", "dall-e", "moderation", "rerank"].contains { name.lowercased().contains($0) }
    }

    private static let wellKnown = [
        "gpt-5-mini", "gpt-5", "gpt-4.1-mini", "gpt-4o-mini", "gpt-4o", "demo-small", "demo-large", "demo-thinker",
    ]
}
