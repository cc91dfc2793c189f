import Core
import Foundation

extension PeoplePage {
    static func columns(_ filter: PeopleFilter, _ words: Words) -> [Column] {
        [
            column(words("Name"), .name, filter),
            Column(label: words("Tier"), href: nil, direction: nil, isAmount: false),
            Column(label: words("Today"), href: nil, direction: nil, isAmount: true),
            column(words("This month"), .usage, filter),
            column(words("Added"), .created, filter),
        ]
    }

    private static func column(_ label: String, _ sort: PeopleQuery.Sort, _ filter: PeopleFilter) -> Column {
        Column(
            label: label, href: filter.sorted(by: sort).address,
            direction: filter.sort == sort ? (filter.isDescending ? "descending" : "ascending") : nil,
            isAmount: sort == .usage)
    }

    static func filters(_ filter: PeopleFilter, _ tiers: [Tier], _ words: Words) -> [Choice] {
        let states: [(String, String)] = [
            ("", words("all")), ("active", words("may sign in")), ("disabled", words("disabled")),
            ("admin", words("may administer")),
        ]
        return [
            Choice(
                "tier", words("Tier"), id: "filter-tier",
                options: [("", words("all"))] + tiers.map { ($0.id.rawValue, $0.name) },
                selected: filter.tier),
            Choice("state", words("State"), options: states, selected: filter.state.rawValue),
        ]
    }

    /// `1 to 50 of 312`.
    static func position(_ filter: PeopleFilter, shown: Int, total: Int, _ words: Words) -> String {
        guard shown > 0 else { return "" }
        let first = (filter.page - 1) * PeopleFilter.pageSize + 1
        return words(
            "{first} to {last} of {total}",
            [
                "first": words.number(first), "last": words.number(first + shown - 1), "total": words.number(total),
            ])
    }
}

extension PeoplePage.Move {
    /// - Parameter people: those who were chosen.
    init(_ people: [Person], to tier: Tier, tierNames: [TierID: String], _ words: Words) {
        let moving = people.filter { $0.tier != tier.id }
        let origins = Dictionary(grouping: moving, by: \.tier).map { id, members in
            "\(tierNames[id] ?? "?") (\(words.number(members.count)))"
        }
        let count = words(Int64(moving.count), one: "{count} person", other: "{count} people")
        text = words(
            """
            {people} would change to {tier}, from {origins}. Its limits are felt by their next request; what they used \
            under another tier does not count there.
            """,
            ["people": count, "tier": tier.name, "origins": words.list(origins)])
        button = words("Give {tier} to {people}", ["tier": tier.name, "people": count])
        self.tier = tier.id.rawValue
        self.people = moving.map(\.id.rawValue)
    }
}
