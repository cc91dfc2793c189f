import Core

extension Words {
    /// What a limit counts, whose and when: `Your tokens today`.
    func name(scope: Limit.Scope, meter: Limit.Meter, window: Window) -> String {
        self("{whose} {what} {when}", ["whose": owner(scope), "what": unit(meter), "when": span(window)])
            .replacing("  ", with: " ")
    }

    func name(of limit: Limit) -> String { name(of: limit.name) }

    func name(of limit: Limit.Name) -> String {
        let all = name(scope: limit.scope, meter: limit.meter, window: limit.window)
        return limit.isOfOneModel && limit.scope != .model ? self("{limit} on this model", ["limit": all]) : all
    }

    /// The same where limits of several models stand side by side.
    func name(of limit: Limit, models: [ModelID: String]) -> String {
        guard let model = limit.model.flatMap({ models[$0] }) ?? models[ModelID(rawValue: limit.subject)] else {
            return name(of: limit)
        }
        let all = name(scope: limit.scope, meter: limit.meter, window: limit.window)
        return self("{limit} on {model}", ["limit": all, "model": model])
    }

    /// An amount in the meter's unit, with the unit.
    func amount(_ value: Int64, _ meter: Limit.Meter) -> String {
        switch meter {
        case .tokens, .promptTokens, .completionTokens: tokens(value)
        case .cost: dollars(nanodollars: value)
        case .requests, .concurrent: self(value, one: "{count} request", other: "{count} requests")
        }
    }

    /// An amount in the meter's unit, for a column that names the unit already.
    func figure(_ value: Int64, _ meter: Limit.Meter) -> String {
        meter == .cost ? dollars(nanodollars: value) : number(value)
    }

    private func owner(_ scope: Limit.Scope) -> String {
        switch scope {
        case .organization: self("Your organization's")
        case .project: self("This project's")
        case .tier, .person: self("Your")
        case .key: self("This key's")
        case .model: self("This model's")
        case .request: self("One request's")
        }
    }

    private func unit(_ meter: Limit.Meter) -> String {
        switch meter {
        case .tokens: self("tokens")
        case .promptTokens: self("prompt tokens")
        case .completionTokens: self("reply tokens")
        case .requests: self("requests")
        case .cost: self("spending")
        case .concurrent: self("requests at once")
        }
    }

    private func span(_ window: Window) -> String {
        switch window {
        case .perRequest: self("per request")
        case .minute: self("this minute")
        case .hour: self("this hour")
        case .day: self("today")
        case .week: self("this week")
        case .month: self("this month")
        case .bucket: self("in the bucket")
        case .lifetime: ""
        }
    }
}
