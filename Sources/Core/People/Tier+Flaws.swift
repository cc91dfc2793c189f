extension Tier.Settings {
    /// Beyond any model's window; what is larger is a slip of the hand.
    static let tokenRange: ClosedRange<Int64> = 1...100_000_000

    /// Whether the name is taken and the models exist, only the store knows.
    public var flaws: Flaws {
        var flaws = allowance.flaws
        flaws.note(allowance.limitsTokens ? nil : .missing, about: "tokensPerMonth")
        flaws.note(name.nameProblem(), about: "name")
        flaws.note(audience.count > 500 ? .tooLong(maxCharacters: 500) : nil, about: "audience")
        flaws.note(maxPromptTokens.problem(outside: Self.tokenRange), about: "maxPromptTokens")
        flaws.note(maxReplyTokens.problem(outside: Self.tokenRange), about: "maxReplyTokens")
        if case .cancel(let graceSeconds) = disconnect {
            flaws.note(graceSeconds.problem(outside: 0...600), about: "disconnect")
        }
        flaws.note(atLimit.cacheSeconds.flatMap { $0.problem(outside: Tier.AtLimit.cacheRange) }, about: "cacheSeconds")
        return flaws
    }
}

extension Tier.Allowance {
    var limitsTokens: Bool { tokensPerHour != nil || tokensPerDay != nil || tokensPerMonth != nil }

    var flaws: Flaws {
        var flaws = Flaws([])
        flaws.note(problem(of: tokensPerHour), about: "tokensPerHour")
        flaws.note(problem(of: tokensPerDay), about: "tokensPerDay")
        flaws.note(problem(of: tokensPerMonth), about: "tokensPerMonth")
        flaws.note(problem(of: requestsPerMinute), about: "requestsPerMinute")
        flaws.note(problem(of: concurrentRequests), about: "concurrentRequests")
        return flaws
    }

    private func problem(of amount: Int64?) -> Flaw.Problem? {
        amount.flatMap { $0.problem(outside: Limit.amountRange) }
    }
}
