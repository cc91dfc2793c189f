import Core
import Foundation

extension LimitsPage.Row {
    /// - Parameters:
    ///   - people: names by identifier, of those the standing tells of.
    ///   - shadowed: what it would have refused in the last days.
    init(
        _ listed: ListedLimit, _ standing: LimitStanding, people: [String: String], shadowed: RefusedUsage?,
        zone: TimeZone, _ words: Words
    ) {
        let limit = listed.limit
        let isPersonal = limit.scope == .tier
        self.init(
            id: limit.id.rawValue, name: listed.subjectName, what: words.title(of: listed),
            amount: words.figure(limit.amount, limit.meter), notes: words.notes(on: limit),
            isShadow: limit.mode == .shadow,
            levels: standing.fullest.map { LimitsPage.Level($0, holder: isPersonal ? people : nil, zone: zone, words) },
            quiet: limit.window == .perRequest ? words("Looks at each by itself.") : words("Nothing taken yet."),
            rest: Self.rest(standing, words),
            shadowed: limit.mode == .shadow ? Self.shadowed(shadowed, words) : nil,
            tier: listed.isAllowance && limit.scope == .tier ? limit.subject : nil)
    }

    private static func rest(_ standing: LimitStanding, _ words: Words) -> String? {
        let others = standing.holders - standing.fullest.count
        guard others > 0 else { return nil }
        return words(Int64(others), one: "and {count} person with less", other: "and {count} people with less")
    }

    private static func shadowed(_ refused: RefusedUsage?, _ words: Words) -> String {
        guard let refused else { return words("It would have refused nothing in the last 7 days.") }
        return words(
            refused.requests, one: "It would have refused {count} request in the last 7 days",
            other: "It would have refused {count} requests in the last 7 days")
            + words(
                ", of {tokens} and {cost}.",
                ["tokens": words.tokens(refused.tokens), "cost": words.dollars(nanodollars: refused.cost)])
    }
}

extension LimitsPage.Level {
    /// - Parameter holder: the names of people, where each has the limit for themselves.
    init(_ account: Account, holder: [String: String]?, zone: TimeZone, _ words: Words) {
        let meter = account.limit.meter
        let used = Self.thousandths(account.spent, of: account.ceiling)
        let held = min(1000 - used, Self.thousandths(account.held, of: account.ceiling))
        let isHolding = account.held > 0 && meter != .concurrent
        let parts = [
            "used": words.figure(meter == .concurrent ? account.held : account.spent, meter),
            "held": words.figure(account.held, meter), "amount": words.figure(account.ceiling, meter),
        ]
        self.init(
            holder: holder.map { $0[account.holder] ?? account.holder },
            link: holder.map { _ in "/admin/people/\(account.holder)" },
            text: parts.reduce(words(isHolding ? "{used} and {held} held, of {amount}" : "{used} of {amount}")) {
                $0.replacing("{\($1.key)}", with: $1.value)
            },
            usedWidth: used, heldStart: used, heldWidth: held, tone: Self.tone(account),
            resets: account.resetsAt.map { Moment($0, zone: zone) })
    }

    private static func thousandths(_ amount: Int64, of ceiling: Int64) -> Int64 {
        guard ceiling > 0 else { return amount > 0 ? 1000 : 0 }
        return Int64(min(1000, Int128(max(0, amount)) * 1000 / Int128(ceiling)))
    }

    private static func tone(_ account: Account) -> String {
        if account.available == 0 { return "full" }
        return account.takenPartsPerMillion >= 800_000 ? "near" : ""
    }
}
