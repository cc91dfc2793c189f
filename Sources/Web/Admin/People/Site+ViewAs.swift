import Core
import Hummingbird

extension Site {
    /// What `person` sees of their limits and usage. The look must be on the audit log before.
    func viewAsResponse(_ person: Person, _ context: SiteContext) async throws -> Response {
        let calendar = try await calendar(of: person)
        let standing = try await standing(of: person)
        var frame = try await frame(words("As {name}", ["name": person.displayName]), .admin, for: context)
        frame.seenAs = person.displayName
        let page = ViewAsPage(
            frame: frame,
            tabs: AdminTab.people.links(words), id: person.id.rawValue, name: person.displayName,
            binding: binding(standing),
            limits: LimitRow.rows(
                standing.accounts, models: try await modelNames(), zone: calendar.timeZone, words: words),
            models: words.list(try await ports.models.allowed(for: person.id).map(\.name)),
            month: try await monthByModel(of: person, in: calendar))
        return response(page)
    }

    private func binding(_ standing: PersonStanding) -> String {
        guard let account = standing.accounts.binding else {
            return words("No limit on tokens counts for this person.")
        }
        return words(
            "{limit} is the limit that stops them first: {left} of {amount} are left.",
            [
                "limit": words.name(of: account.limit), "left": words.number(account.available),
                "amount": words.number(account.ceiling),
            ])
    }

    private func monthByModel(of person: Person, in calendar: WindowCalendar) async throws -> UsageTable {
        var rows: [(ModelID, UsageTotals)] = []
        if let span = calendar.interval(of: .month, containing: ports.time.now()), let end = span.end {
            let slots = try await ports.usage.slots(of: person.id, from: span.start, to: end)
            rows = Dictionary(grouping: slots, by: \.model).map { model, slots in
                (model, slots.reduce(UsageTotals()) { $0 + $1.totals })
            }
        }
        let names = try await modelNames()
        return UsageTable(
            caption: words("Usage this month by model"), heading: words("Model"),
            rows: rows.sorted { ($1.1.totalTokens, $0.0.rawValue) < ($0.1.totalTokens, $1.0.rawValue) }.map {
                UsageTable.Row(name: names[$0.0] ?? $0.0.rawValue, link: nil, $0.1, words)
            })
    }

    func modelNames() async throws -> [ModelID: String] {
        Dictionary(uniqueKeysWithValues: try await ports.models.all().map { ($0.id, $0.name) })
    }
}
