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
    /// What a prompt token from the upstream's cache counts as, beside others of the prompt; nil when that is the same.
    public var cachedPromptWeightPartsPerMillion: Int64?
    /// What a reasoning token counts as, beside others of the reply; nil when that is the same.
    public var reasoningWeightPartsPerMillion: Int64?

    public init(
        promptNanodollarsPerMillion: Int64 = 0, completionNanodollarsPerMillion: Int64 = 0,
        cachedPromptNanodollarsPerMillion: Int64? = nil, weightPartsPerMillion: Int64 = 1_000_000,
        cachedPromptWeightPartsPerMillion: Int64? = nil, reasoningWeightPartsPerMillion: Int64? = nil
    ) {
        self.promptNanodollarsPerMillion = promptNanodollarsPerMillion
        self.completionNanodollarsPerMillion = completionNanodollarsPerMillion
        self.cachedPromptNanodollarsPerMillion = cachedPromptNanodollarsPerMillion
        self.weightPartsPerMillion = weightPartsPerMillion
        self.cachedPromptWeightPartsPerMillion = cachedPromptWeightPartsPerMillion
        self.reasoningWeightPartsPerMillion = reasoningWeightPartsPerMillion
    }

    /// Up to a thousand times what other tokens count as.
    public static let partWeightRange: ClosedRange<Int64> = 0...1_000_000_000

    /// A negative price or weight would give tokens away; nobody may be charged by such a tariff.
    public var isSound: Bool {
        promptNanodollarsPerMillion >= 0 && completionNanodollarsPerMillion >= 0
            && (cachedPromptNanodollarsPerMillion ?? 0) >= 0 && weightPartsPerMillion >= 0
            && Self.partWeightRange.contains(cachedPromptWeightPartsPerMillion ?? 0)
            && Self.partWeightRange.contains(reasoningWeightPartsPerMillion ?? 0)
    }
}

extension Tariff {
    /// What a hold for `prompt` and `reply` tokens takes from a limit of `meter`, in its unit: as if all of it were of
    /// the dearest kind.
    public func hold(_ meter: Limit.Meter, prompt: Int64, reply: Int64) -> Int64 {
        switch meter {
        case .tokens: weigh(highestWeight(prompt: prompt, reply: reply))
        case .promptTokens: weigh(highestWeight(prompt: prompt, reply: 0))
        case .completionTokens: weigh(highestWeight(prompt: 0, reply: reply))
        case .requests, .concurrent: 1
        case .cost: Int64(clamping: roundedUp(highestPrice(prompt: prompt, completion: reply)))
        }
    }

    /// What `usage` leaves on a limit of `meter` when the request is over.
    public func charge(_ meter: Limit.Meter, for usage: Usage) -> Int64 {
        switch meter {
        case .tokens: weigh(promptWeight(of: usage) + completionWeight(of: usage))
        case .promptTokens: weigh(promptWeight(of: usage))
        case .completionTokens: weigh(completionWeight(of: usage))
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
        switch meter {
        case .requests, .concurrent: available >= 1 ? .max : -1
        case .promptTokens: hold(.promptTokens, prompt: prompt, reply: 0) <= available ? .max : -1
        case .tokens: longestReply(weighing: highestWeight(prompt: prompt, reply: 0), within: available)
        case .completionTokens: longestReply(weighing: 0, within: available)
        case .cost: longestReply(costing: highestPrice(prompt: prompt, completion: 0), within: available)
        }
    }

    /// - Parameter prompt: its weight, in millionths.
    private func longestReply(weighing prompt: Int128, within available: Int64) -> Int64 {
        let each = dearer(reasoningWeightPartsPerMillion)
        guard weightPartsPerMillion > 0, each > 0 else { return .max }
        let (weighed, isTooMuch) = prompt.multipliedReportingOverflow(by: Int128(weightPartsPerMillion))
        let left = Int128(available) * 1_000_000_000_000 - (isTooMuch ? .max : weighed)
        guard left >= 0 else { return -1 }
        return Int64(clamping: left / (each * Int128(weightPartsPerMillion)))
    }

    /// - Parameter prompt: its price, in millionths of a nanodollar.
    private func longestReply(costing prompt: Int128, within available: Int64) -> Int64 {
        let left = Int128(available) * 1_000_000 - prompt
        guard left >= 0 else { return -1 }
        guard completionNanodollarsPerMillion > 0 else { return .max }
        return Int64(clamping: left / Int128(completionNanodollarsPerMillion))
    }

    // MARK: Weights, in millionths of a token

    private func promptWeight(of usage: Usage) -> Int128 {
        let cached = min(usage.cachedPromptTokens, usage.promptTokens)
        return Int128(usage.promptTokens - cached) * 1_000_000
            + Int128(cached) * Int128(cachedPromptWeightPartsPerMillion ?? 1_000_000)
    }

    private func completionWeight(of usage: Usage) -> Int128 {
        let reasoning = min(usage.reasoningTokens, usage.completionTokens)
        return Int128(usage.completionTokens - reasoning) * 1_000_000
            + Int128(reasoning) * Int128(reasoningWeightPartsPerMillion ?? 1_000_000)
    }

    /// Where nobody knows yet how much comes from a cache, or is reasoning.
    private func highestWeight(prompt: Int64, reply: Int64) -> Int128 {
        Int128(prompt) * dearer(cachedPromptWeightPartsPerMillion)
            + Int128(reply) * dearer(reasoningWeightPartsPerMillion)
    }

    private func dearer(_ weight: Int64?) -> Int128 { Int128(max(1_000_000, weight ?? 0)) }

    private func weigh(_ millionths: Int128) -> Int64 {
        let (weighed, isTooMuch) = millionths.multipliedReportingOverflow(by: Int128(weightPartsPerMillion))
        return isTooMuch ? .max : Int64(clamping: (weighed + 999_999_999_999) / 1_000_000_000_000)
    }

    // MARK: Prices, in millionths of a nanodollar

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
