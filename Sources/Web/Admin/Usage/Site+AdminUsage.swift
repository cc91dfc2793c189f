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
                rows: usage.models.map { UsageTable.Row(name: $0.name, link: nil, $0.totals, words) }))
        return response(page)
    }

    /// One line for each person and, below them, for each model.
    private func exportUsage(_ request: Request, _ context: SiteContext) async throws -> Response {
        let period = period(of: request)
        let usage = try await usage(in: period)
        var table = CSVTable([
            "kind", "name", "email", "requests", "prompt_tokens", "completion_tokens", "total_tokens",
            "cost_nanodollars",
        ])
        for line in usage.people { table.append(["person", line.name, line.email] + line.totals.columns) }
        for line in usage.models { table.append(["model", line.name, ""] + line.totals.columns) }
        return table.response(named: "usage-\(period.rawValue).csv")
    }

    private func period(of request: Request) -> UsagePeriod {
        request.uri.queryParameters.get("period").flatMap(UsagePeriod.init(rawValue:)) ?? .month
    }

    // MARK: The numbers

    private struct UsageLine {
        let id: String
        let name: String
        var email = ""
        let totals: UsageTotals
    }

    private struct OrganizationUsage {
        let organization: Organization
        var people: [UsageLine] = []
        var models: [UsageLine] = []

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
        let found = try await ports.people.people(Set(people.map(\.person)))
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
        return usage
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
