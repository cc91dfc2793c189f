import Core
import Foundation
import Hummingbird

/// `/account/usage`: what one has used oneself, in days of one's own time zone.
extension Site {
    func addAccountUsageRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("account/usage", use: showAccountUsage)
        routes.get("account/usage.csv", use: exportAccountUsage)
    }

    private func showAccountUsage(_ request: Request, _ context: SiteContext) async throws -> Response {
        let person = try context.asker().person
        let period = period(of: request)
        let report = try await usageReport(of: person, period)
        let names = try await namesOfModels()
        let page = AccountUsagePage(
            frame: try await frame(words("Usage"), .usage, for: context),
            periods: AccountPeriod.allCases.map {
                Choice.Option(value: $0.rawValue, label: $0.label(words), isSelected: $0 == period)
            },
            period: period.rawValue, summary: summary(of: report, in: try await zoneName(of: person)),
            chart: report.chart(names, words),
            limits: try await limitRows(of: person), models: modelTable(report, names),
            chats: try await chatTable(of: person))
        return response(page)
    }

    private func exportAccountUsage(_ request: Request, _ context: SiteContext) async throws -> Response {
        let period = period(of: request)
        let report = try await usageReport(of: context.asker().person, period)
        return report.table(try await namesOfModels()).response(named: "usage-\(period.rawValue).csv")
    }

    private func period(of request: Request) -> AccountPeriod {
        request.uri.queryParameters.get("period").flatMap(AccountPeriod.init) ?? .month
    }

    private func usageReport(of person: Person, _ period: AccountPeriod) async throws -> AccountUsageReport {
        let calendar = try await calendar(of: person)
        let days = period.days(in: calendar, until: ports.time.now())
        guard let start = days.first?.start, let end = days.last?.end else {
            return AccountUsageReport([], days: [], calendar: calendar)
        }
        let slots = try await ports.usage.slots(of: person.id, from: start, to: end)
        return AccountUsageReport(slots, days: days, calendar: calendar)
    }

    private func namesOfModels() async throws -> [ModelID: String] {
        Dictionary(uniqueKeysWithValues: try await ports.models.all().map { ($0.id, $0.name) })
    }

    // MARK: What is on the page

    private func summary(of report: AccountUsageReport, in zone: String) -> String {
        words(
            "{tokens} in {requests} since {day}, in the time of {zone}.",
            [
                "tokens": words.tokens(report.total.totalTokens),
                "requests": words(report.total.requests, one: "{count} request", other: "{count} requests"),
                "day": report.days.first.map { Moment.day($0.start, report.calendar.timeZone) } ?? "",
                "zone": zone,
            ])
    }

    private func modelTable(_ report: AccountUsageReport, _ names: [ModelID: String]) -> UsageTable {
        UsageTable(
            caption: words("Usage by model"), heading: words("Model"),
            rows: report.models.map {
                UsageTable.Row(name: names[$0.model] ?? $0.model.rawValue, link: nil, $0.totals, words)
            })
    }

    /// Those used last, each with everything since it began.
    private func chatTable(of person: Person) async throws -> UsageTable {
        let usage = try await ports.usage.conversations(of: person.id, limit: 50)
        let found = try await ports.conversations.conversations(Set(usage.map(\.conversation)), of: person.id)
        let titles = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0.title) })
        return UsageTable(
            caption: words("Usage by chat"), heading: words("Chat"),
            rows: usage.map { line in
                let title = titles[line.conversation]
                return UsageTable.Row(
                    name: title ?? words("A deleted chat"), link: title.map { _ in "/chat/\(line.conversation)" },
                    line.totals, words)
            })
    }
}

// MARK: Limits

extension Site {
    /// Every limit that concerns this person, with any of their models, as it stands now, in their own time.
    func limitRows(of person: Person) async throws -> [LimitRow] {
        LimitRow.rows(
            try await accounts(of: person), models: try await modelNames(), zone: try await zone(of: person),
            words: words)
    }

    /// Every limit that concerns this person, with any of the models that they may use.
    func accounts(of person: Person) async throws -> [Account] {
        var accounts: [Account] = []
        let models = try await ports.models.allowed(for: person.id).map(\.id)
        for model in models.isEmpty ? [ModelID(rawValue: "")] : models {
            let path = QuotaPath(
                organization: person.organization, tier: person.tier, person: person.id, model: model)
            accounts += try await ports.ledger.accounts(on: path, at: ports.time.now()).filter { account in
                !accounts.contains { $0.limit.id == account.limit.id && $0.share?.priority == account.share?.priority }
            }
        }
        return accounts
    }
}
