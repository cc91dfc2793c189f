extension Limit {
    /// What `check` finds wrong, as flaws of the fields of a form. Whether what it names exists, only the store knows.
    public var flaws: Flaws {
        do {
            try check()
            return Flaws([])
        } catch {
            return Flaws([Core.Flaw(error.field, error.problem)])
        }
    }

    /// Whether both count the same, and so only one of them is needed.
    public func countsTheSame(as other: Limit) -> Bool {
        scope == other.scope && subject == other.subject && model == other.model && meter == other.meter
            && window == other.window && mode == other.mode
    }

    /// Whether a tier's or key's `Allowance` has a place for it.
    public var isAllowance: Bool {
        guard scope == .tier || scope == .key, model == nil, mode == .enforce else { return false }
        return switch (meter, window) {
        case (.tokens, .hour), (.tokens, .day), (.tokens, .month), (.requests, .minute), (.concurrent, .lifetime): true
        default: false
        }
    }
}

extension Limit.Flaw {
    /// The field in which it is put right.
    fileprivate var field: String {
        switch self {
        case .absurdAmount: "amount"
        case .concurrencyNeedsLifetime, .requestNeedsPerRequest: "window"
        case .perRequestNeedsTokensOrCost: "meter"
        case .bucketNeedsRefill, .absurdRefill: "refill"
        case .absurdSchedule: "schedule"
        case .absurdPressure, .pressureNeedsSharedScope: "pressure"
        case .ceilingBelowAmount, .ceilingNeedsPersonalScope: "ceiling"
        }
    }

    fileprivate var problem: Flaw.Problem {
        self == .absurdAmount ? .outOfRange(Limit.amountRange) : .contradictory(self)
    }
}
