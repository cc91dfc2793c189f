import Core

extension Words {
    /// Which limit it is, for whoever looks at somebody's: `Tokens today`, `Requests at once`.
    func name(of limit: Limit) -> String {
        let name = meter(of: limit)
        return switch limit.scope {
        case .tier, .person: name
        case .organization: self("{limit}, of everybody together", ["limit": name])
        case .project: self("{limit}, of the project", ["limit": name])
        case .key: self("{limit}, of the key", ["limit": name])
        case .model: self("{limit}, of the model", ["limit": name])
        case .request: self("{limit}, of any request", ["limit": name])
        }
    }

    func tokens(per window: Window) -> String { self("Tokens {window}", ["window": name(of: window)]) }

    /// An amount in the unit of `meter`.
    func amount(_ amount: Int64, of meter: Limit.Meter) -> String {
        meter == .cost ? dollars(nanodollars: amount) : number(amount)
    }

    private func meter(of limit: Limit) -> String {
        switch limit.meter {
        case .tokens: tokens(per: limit.window)
        case .requests: self("Requests {window}", ["window": name(of: limit.window)])
        case .cost: self("Cost {window}", ["window": name(of: limit.window)])
        case .concurrent: self("Requests at once")
        }
    }

    private func name(of window: Window) -> String {
        switch window {
        case .perRequest: self("per request")
        case .minute: self("this minute")
        case .hour: self("this hour")
        case .day: self("today")
        case .week: self("this week")
        case .month: self("this month")
        case .lifetime: self("in all")
        }
    }
}
