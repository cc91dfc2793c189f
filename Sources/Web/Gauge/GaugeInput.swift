import Core

/// The numbers behind the gauge, all in tokens of the limit that binds.
struct GaugeInput: Sendable, Hashable {
    /// The whole limit.
    var limit: Int64
    /// Already taken in this window.
    var used: Int64
    /// Promised to requests that are under way.
    var held: Int64
    /// What the draft, its history and the overhead cost as a prompt.
    var needs: Int64
    /// Whether `needs` was counted or is an estimate.
    var isExact: Bool
    /// The most that the tier and the model let one reply take.
    var replyMax: Int64
    /// The most that the tier lets one prompt take.
    var promptMax: Int64

    var left: Int64 { limit - min(limit, used.addingClamped(held)) }

    /// What the reply may take: a balance that is nearly empty makes it shorter before it makes it impossible.
    var reply: Int64 { max(0, min(replyMax, left - needs)) }

    var after: Int64 { max(0, left - needs - reply) }

    var isPromptTooLong: Bool { needs > promptMax }

    var state: GaugeState {
        if isPromptTooLong || left - needs < 1 { return .blocked }
        if parts(of: limit - left) >= 950_000 { return .strong }
        return parts(of: limit - left) >= 800_000 ? .near : .ok
    }

    /// Parts per million of the limit.
    private func parts(of amount: Int64) -> Int64 {
        guard limit > 0 else { return 1_000_000 }
        let (product, overflow) = amount.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? amount / (limit / 1_000_000) : product / limit
    }

    /// Thousandths of the bar for `amount`, at least one for anything above nothing.
    func width(of amount: Int64) -> Int64 {
        amount > 0 ? max(1, parts(of: min(amount, limit)) / 1000) : 0
    }
}

/// From 80 % of the limit it is near, from 95 % it is strong; blocked is what the server would refuse as well.
enum GaugeState: String, Sendable, Codable {
    case ok, near, strong, blocked
}
