/// What a model's tokens count for: its prices and its weight. A hold keeps the tariff it was taken with.
///
/// Amounts are rounded up per request. The arithmetic is exact in 128 bits; a result beyond `Int64` becomes
/// `Int64.max`, which fits no limit.
public struct Tariff: Sendable, Hashable, Codable {
    public var promptNanodollarsPerMillion: Int64
    public var completionNanodollarsPerMillion: Int64
    /// For the part of the prompt that the upstream served from its cache; nil when that costs the same.
    public var cachedPromptNanodollarsPerMillion: Int64?
    /// How many tokens of a limit one million tokens of this model take.
    public var weightPartsPerMillion: Int64

    public init(
        promptNanodollarsPerMillion: Int64 = 0, completionNanodollarsPerMillion: Int64 = 0,
        cachedPromptNanodollarsPerMillion: Int64? = nil, weightPartsPerMillion: Int64 = 1_000_000
    ) {
        self.promptNanodollarsPerMillion = promptNanodollarsPerMillion
        self.completionNanodollarsPerMillion = completionNanodollarsPerMillion
        self.cachedPromptNanodollarsPerMillion = cachedPromptNanodollarsPerMillion
        self.weightPartsPerMillion = weightPartsPerMillion
    }

    /// A negative price or weight would give tokens away; nobody may be charged by such a tariff.
    public var isSound: Bool {
        promptNanodollarsPerMillion >= 0 && completionNanodollarsPerMillion >= 0
            && (cachedPromptNanodollarsPerMillion ?? 0) >= 0 && weightPartsPerMillion >= 0
    }
}

extension Tariff {
    /// What a hold for `prompt` and `reply` tokens takes from a limit of `meter`, in its unit.
    func hold(_ meter: Limit.Meter, prompt: Int64, reply: Int64) -> Int64 {
        switch meter {
        case .tokens: weigh(Int128(prompt) + Int128(reply))
        case .requests, .concurrent: 1
        case .cost: Int64(clamping: roundedUp(highestPrice(prompt: prompt, completion: reply)))
        }
    }

    /// What `usage` leaves on a limit of `meter` when the request is over.
    public func charge(_ meter: Limit.Meter, for usage: Usage) -> Int64 {
        switch meter {
        case .tokens: weigh(Int128(usage.promptTokens) + Int128(usage.completionTokens))
        case .requests: 1
        case .cost: cost(of: usage)
        case .concurrent: 0
        }
    }

    /// In nanodollars.
    public func cost(of usage: Usage) -> Int64 {
        let discount = promptNanodollarsPerMillion - (cachedPromptNanodollarsPerMillion ?? promptNanodollarsPerMillion)
        let full = price(prompt: usage.promptTokens, completion: usage.completionTokens)
        return Int64(clamping: roundedUp(full - Int128(usage.cachedPromptTokens) * Int128(discount)))
    }

    /// The longest reply whose hold, together with the prompt's, is at most `available`; negative when not even the
    /// prompt fits; `Int64.max` when replies take nothing from this meter.
    func longestReply(_ meter: Limit.Meter, prompt: Int64, within available: Int64) -> Int64 {
        let perMillion = Int128(available) * 1_000_000
        switch meter {
        case .requests, .concurrent: return available >= 1 ? .max : -1
        case .tokens:
            guard weightPartsPerMillion > 0 else { return .max }
            return Int64(clamping: perMillion / Int128(weightPartsPerMillion) - Int128(prompt))
        case .cost:
            let left = perMillion - highestPrice(prompt: prompt, completion: 0)
            guard left >= 0 else { return -1 }
            guard completionNanodollarsPerMillion > 0 else { return .max }
            return Int64(clamping: left / Int128(completionNanodollarsPerMillion))
        }
    }

    private func weigh(_ tokens: Int128) -> Int64 {
        Int64(clamping: roundedUp(tokens * Int128(weightPartsPerMillion)))
    }

    /// In millionths of a nanodollar.
    private func price(prompt: Int64, completion: Int64) -> Int128 {
        Int128(prompt) * Int128(promptNanodollarsPerMillion)
            + Int128(completion) * Int128(completionNanodollarsPerMillion)
    }

    /// The same where nobody knows yet how much of the prompt comes from a cache, which may also be dearer.
    private func highestPrice(prompt: Int64, completion: Int64) -> Int128 {
        let dearer = max(promptNanodollarsPerMillion, cachedPromptNanodollarsPerMillion ?? 0)
        return Int128(prompt) * Int128(dearer) + Int128(completion) * Int128(completionNanodollarsPerMillion)
    }

    private func roundedUp(_ millionths: Int128) -> Int128 {
        (millionths + 999_999) / 1_000_000
    }
}
