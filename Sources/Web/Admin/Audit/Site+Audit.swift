import Core
import Hummingbird

/// `/admin/audit`: every change, the newest first.
extension Site {
    private static let entriesOnAPage = 50

    func addAuditRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("audit", use: showAudit)
    }

    private func showAudit(_ request: Request, _ context: SiteContext) async throws -> Response {
        let filter = AuditFilter(request.uri.queryParameters)
        let calendar = try await calendar(of: context.asker().person)
        let entries = try await entries(filter, in: calendar)
        let names = try await subjectNames()
        let isLast = entries.count < Self.entriesOnAPage
        let page = AuditPage(
            frame: try await frame(words("Audit log"), .admin, for: context), tabs: AdminTab.audit.links(words),
            fields: filter.fields(words), choices: [filter.actionChoice(words)],
            check: filter.address(isChecking: true),
            verdict: request.uri.queryParameters.has("check") ? try await verdict() : nil,
            rows: entries.map { AuditPage.Row($0, names: names, zone: calendar.timeZone, words) },
            newest: filter.before == nil ? nil : filter.address(),
            next: isLast ? nil : entries.last.map { filter.address(before: $0.id) })
        return response(page)
    }

    /// Nothing for an address that nobody has.
    private func entries(_ filter: AuditFilter, in calendar: WindowCalendar) async throws -> [AuditEntry] {
        var actor: PersonID?
        if !filter.actor.isEmpty {
            guard let email = EmailAddress(rawValue: filter.actor),
                let person = try await ports.people.person(with: email)
            else { return [] }
            actor = person.id
        }
        return try await ports.auditLog.entries(filter.query(by: actor, in: calendar, count: Self.entriesOnAPage))
    }

    /// What the identifiers inside the entries stand for, as it is called today.
    private func subjectNames() async throws -> [String: String] {
        var names: [String: String] = [:]
        for tier in try await ports.tiers.all() { names[tier.id.rawValue] = tier.name }
        for model in try await ports.models.all() { names[model.id.rawValue] = model.name }
        for upstream in try await ports.upstreams.all() { names[upstream.id.rawValue] = upstream.name }
        for project in try await ports.projects.all() { names[project.id.rawValue] = project.name }
        return names
    }

    private func verdict() async throws -> AuditPage.Verdict {
        switch try await ports.auditLog.verify() {
        case .intact(let entries):
            AuditPage.Verdict(
                tone: "good",
                text: words(
                    entries, one: "The log is whole: {count} entry, not altered.",
                    other: "The log is whole: {count} entries, none altered or missing."))
        case .broken(let entry):
            AuditPage.Verdict(
                tone: "stop",
                text: words(
                    "The log was altered: entry {number}, or the one before it, is not what was written.",
                    ["number": words.number(entry)]))
        }
    }
}
