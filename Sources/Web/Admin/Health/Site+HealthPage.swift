import Core
import Hummingbird

/// `/admin/health`: what runs here, and every misconfiguration that can be seen from here, by name.
extension Site {
    func addHealthPageRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("health", use: showHealth)
    }

    private func showHealth(_ request: Request, _ context: SiteContext) async throws -> Response {
        let findings = try await healthFindings()
        let page = HealthPage(
            frame: try await frame(words("Health"), .admin, for: context), tabs: AdminTab.health.links(words),
            warnings: findings.warnings(words), groups: findings.groups(words))
        return response(page)
    }

    private func healthFindings() async throws -> HealthFindings {
        HealthFindings(
            settings: settings, store: try await ports.probes.store(), encodings: await ports.probes.encodings(),
            organization: try await ports.organizations.current(), tiers: try await ports.tiers.all(),
            models: try await ports.models.all(), upstreams: try await upstreamStates(),
            holds: try await ports.ledger.openHolds(), audit: try await ports.auditLog.verify(), now: ports.time.now(),
            admins: try await ports.people.find(PeopleQuery(isAdmin: true, isDisabled: false, pageSize: 1)).total)
    }

    /// Asks every upstream at the same time, so that a page waits for the slowest only.
    private func upstreamStates() async throws -> [UpstreamState] {
        let records = try await ports.upstreams.all()
        return await withTaskGroup(of: UpstreamState.self) { group in
            for record in records { group.addTask { await state(of: record) } }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.record.name < $1.record.name }
        }
    }

    private func state(of record: UpstreamRecord) async -> UpstreamState {
        do {
            guard let endpoint = try await ports.upstreams.endpoint(of: record.id) else {
                return UpstreamState(record: record, answer: .success([]))
            }
            return UpstreamState(record: record, answer: .success(try await ports.probes.modelNames(endpoint)))
        } catch {
            let failure = error as? UpstreamFailure ?? .unreachable(detail: String(describing: error))
            return UpstreamState(record: record, answer: .failure(failure))
        }
    }
}

/// An upstream and what it said when it was asked for its models.
struct UpstreamState: Sendable {
    let record: UpstreamRecord
    let answer: Result<[String], UpstreamFailure>
}
