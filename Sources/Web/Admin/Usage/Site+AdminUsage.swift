import Core
import HTTPTypes
import Hummingbird
import NIOCore

/// `/admin/usage`: what everybody used today or this month, by person and by model, in the organization's time.
extension Site {
    func addUsageRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("usage", use: showUsage)
        routes.get("usage.csv", use: exportUsage)
    }

    private func showUsage(_ request: Request, _ context: SiteContext) async throws -> Response {
        let period = period(of: request)
        let usage = try await usage(in: period)
        let page = AdminUsagePage(
            frame: try await frame(words("Usage"), .admin, for: context), tabs: AdminTab.usage.links(words),
            periods: UsagePeriod.allCases.map {
                Choice.Option(value: $0.rawValue, label: $0.label(words), isSelected: $0 == period)
            },
            period: period.rawValue, summary: summary(of: usage), chartTitle: period.chartTitle(words),
            chart: try await chart(of: usage, period),
            people: UsageTable(
                caption: words("Usage by person"), heading: words("Person"),
                rows: usage.people.map {
                    UsageTable.Row(name: $0.name, link: "/admin/people/\($0.id)", $0.totals, words)
                }),
            models: UsageTable(
                caption: words("Usage by model"), heading: words("Model"),
                rows: usage.models.map { UsageTable.Row(name: $0.name, link: nil, $0.totals, words) }),
            keys: UsageTable(
                caption: words("Usage by key"), heading: words("Key"),
                rows: usage.keys.map {
                    UsageTable.Row(
                        name: words("{key} of {person}", ["key": $0.name, "person": $0.owner]),
                        link: "/admin/people/\($0.id)/keys", $0.totals, words)
                }),
            projects: UsageTable(
                caption: words("Usage by project"), heading: words("Project"),
                rows: usage.projects.map {
                    UsageTable.Row(
                        name: $0.name, link: $0.id.isEmpty ? nil : "/admin/projects?edit=\($0.id)", $0.totals, words)
                }),
            saved: try await saved(in: period))
        return response(page)
    }

    /// One line for each person and, below them, for each model, key and project.
    private func exportUsage(_ request: Request, _ context: SiteContext) async throws -> Response {
        let period = period(of: request)
        let usage = try await usage(in: period)
        var table = CSVTable([
            "kind", "name", "email", "requests", "prompt_tokens", "completion_tokens", "total_tokens",
            "cost_nanodollars",
        ])
        for line in usage.people { table.append(["person", line.name, line.email] + line.totals.columns) }
        for line in usage.models { table.append(["model", line.name, ""] + line.totals.columns) }
        for line in usage.keys { table.append(["key", line.name, line.email] + line.totals.columns) }
        for line in usage.projects { table.append(["project", line.name, ""] + line.totals.columns) }
        return table.response(named: "usage-\(period.rawValue).csv")
    }

    private func period(of request: Request) -> UsagePeriod {
        request.uri.queryParameters.get("period").flatMap(UsagePeriod.init(rawValue:)) ?? .month
    }

    // MARK: The numbers

    private struct UsageLine {
        let id: String
        let name: String
        /// Of a key.
        var owner = ""
        var email = ""
        let totals: UsageTotals
    }

    private struct OrganizationUsage {
        let organization: Organization
        var people: [UsageLine] = []
        var models: [UsageLine] = []
        var keys: [UsageLine] = []
        var projects: [UsageLine] = []

        var total: UsageTotals { people.reduce(UsageTotals()) { $0 + $1.totals } }
    }

    private func usage(in period: UsagePeriod) async throws -> OrganizationUsage {
        let organization = try await ports.organizations.current()
        var usage = OrganizationUsage(organization: organization)
        let now = ports.time.now()
        guard let span = organization.calendar?.interval(of: period.window, containing: now), let end = span.end else {
            return usage
        }
        let people = try await ports.usage.people(of: organization.id, from: span.start, to: end)
        let keys = try await ports.usage.keys(of: organization.id, from: span.start, to: end)
        let found = try await ports.people.people(Set(people.map(\.person) + keys.map(\.person)))
        let known = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
        usage.people = people.map { line in
            UsageLine(
                id: line.person.rawValue, name: known[line.person]?.displayName ?? line.person.rawValue,
                email: known[line.person]?.email.rawValue ?? "", totals: line.totals)
        }
        let names = try await modelNames()
        usage.models = try await ports.usage.models(of: organization.id, from: span.start, to: end).map { line in
            UsageLine(id: line.model.rawValue, name: names[line.model] ?? line.model.rawValue, totals: line.totals)
        }
        usage.keys = lines(ofKeys: keys, people: known)
        usage.projects = try await lines(ofProjects: keys)
        return usage
    }

    /// Each key once, whatever it was filed under.
    private func lines(ofKeys keys: [KeyUsage], people: [PersonID: Person]) -> [UsageLine] {
        Dictionary(grouping: keys, by: \.key).values.map { parts in
            let owner = people[parts[0].person]
            return UsageLine(
                id: parts[0].person.rawValue, name: parts[0].name, owner: owner?.displayName ?? "",
                email: owner?.email.rawValue ?? "", totals: parts.reduce(UsageTotals()) { $0 + $1.totals })
        }.sorted { ($1.totals.totalTokens, $0.name) < ($0.totals.totalTokens, $1.name) }
    }

    /// What is filed under no project is the last line, where there is any.
    private func lines(ofProjects keys: [KeyUsage]) async throws -> [UsageLine] {
        let projects = try await ports.projects.all()
        let names = Dictionary(uniqueKeysWithValues: projects.map { ($0.id, $0.name) })
        let lines = Dictionary(grouping: keys, by: \.project).map { project, parts in
            UsageLine(
                id: project?.rawValue ?? "",
                name: project.map { names[$0] ?? $0.rawValue } ?? words("keys without a project"),
                totals: parts.reduce(UsageTotals()) { $0 + $1.totals })
        }
        return lines.sorted {
            ($0.id.isEmpty ? 1 : 0, $1.totals.totalTokens, $0.name) < (
                $1.id.isEmpty ? 1 : 0, $0.totals.totalTokens, $1.name
            )
        }
    }

    /// What enforced limits refused, by limit.
    private func saved(in period: UsagePeriod) async throws -> AdminUsagePage.Saved {
        let organization = try await ports.organizations.current()
        let now = ports.time.now()
        guard let span = organization.calendar?.interval(of: period.window, containing: now), let end = span.end else {
            return AdminUsagePage.Saved(summary: "", rows: [])
        }
        let refused = try await ports.usage.refusals(of: organization.id, .enforce, from: span.start, to: end)
        var rows: [AdminUsagePage.Row] = []
        for one in refused {
            rows.append(
                AdminUsagePage.Row(one, of: try await ports.limits.limit(one.limit), most: refused[0].tokens, words))
        }
        return AdminUsagePage.Saved(summary: words.saved(refused), rows: rows)
    }

    private func summary(of usage: OrganizationUsage) -> String {
        words(
            "{tokens} in {requests} by {people}, in the time of {zone}.",
            [
                "tokens": words.tokens(usage.total.totalTokens),
                "requests": words(usage.total.requests, one: "{count} request", other: "{count} requests"),
                "people": words(Int64(usage.people.count), one: "{count} person", other: "{count} people"),
                "zone": usage.organization.timeZone,
            ])
    }

    private func chart(of usage: OrganizationUsage, _ period: UsagePeriod) async throws -> BarChart? {
        guard !usage.models.isEmpty, let calendar = usage.organization.calendar else { return nil }
        var days: [ChartInput.Day] = []
        for step in period.steps(in: calendar, until: ports.time.now()) {
            guard let end = step.end else { continue }
            let models = try await ports.usage.models(of: usage.organization.id, from: step.start, to: end)
            let tokens = Dictionary(uniqueKeysWithValues: models.map { ($0.model.rawValue, $0.totals.totalTokens) })
            days.append(
                ChartInput.Day(
                    label: period.name(of: step, in: calendar), amounts: usage.models.map { tokens[$0.id] ?? 0 }))
        }
        return BarChart(
            ChartInput(series: usage.models.map(\.name), days: days), caption: words("Tokens by model"), words: words)
    }
}

extension UsageTotals {
    fileprivate var columns: [String] {
        [requests, promptTokens, completionTokens, totalTokens, cost].map { String($0) }
    }
}

extension AdminUsagePage.Row {
    /// - Parameter most: the tokens of the longest bar.
    fileprivate init(_ refused: RefusedUsage, of listed: ListedLimit?, most: Int64, _ words: Words) {
        self.init(
            name: listed?.subjectName ?? refused.limit.rawValue, what: listed.map(words.title(of:)) ?? "",
            requests: words.number(refused.requests), tokens: words.number(refused.tokens),
            cost: words.dollars(nanodollars: refused.cost),
            width: most > 0 ? Int64(Int128(refused.tokens) * 1000 / Int128(most)) : 0)
    }
}

extension Words {
    fileprivate func saved(_ refused: [RefusedUsage]) -> String {
        let sum = refused.reduce((requests: Int64(0), tokens: Int64(0), cost: Int64(0))) {
            ($0.requests + $1.requests, $0.tokens.addingClamped($1.tokens), $0.cost.addingClamped($1.cost))
        }
        guard sum.requests > 0 else { return self("Nothing was refused in this time.") }
        let requests = self(sum.requests, one: "{count} refused request", other: "{count} refused requests")
        return self(
            "{tokens} and {cost} were saved by {requests}: what they asked for, with the reply that is usual.",
            ["tokens": tokens(sum.tokens), "cost": dollars(nanodollars: sum.cost), "requests": requests])
    }
}
