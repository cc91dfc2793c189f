/// What happens when so much of a limit is used.
public struct AlertRule: Sendable, Hashable, Codable {
    public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
        /// Is for those who administer: on the panel, and to the channels.
        case note
        /// Says so to whoever meets the limit, too: on the page, and in the headers.
        case warn
        /// Slows down, too: requests are let in at a slower pace, and replies come slower.
        case throttle
        /// Refuses. Below the whole of a limit it refuses that early.
        case block
    }

    public enum Channel: String, Sendable, Hashable, Codable, CaseIterable {
        case slack, email, webhook
    }

    public enum Fallback: String, Sendable, Hashable, Codable, CaseIterable {
        case cache, downgrade
    }

    /// In parts per million of the limit, 1…1,000,000.
    public var thresholdPartsPerMillion: Int64
    public var action: Action
    public var channels: Set<Channel>
    /// By how much a throttle slows down, in parts per million of the speed; nil for one half.
    public var reductionPartsPerMillion: Int64?
    /// What is tried before a refusal, for tiers that leave it to the organization.
    public var fallback: Fallback?

    public init(
        thresholdPartsPerMillion: Int64, action: Action, channels: Set<Channel> = [],
        reductionPartsPerMillion: Int64? = nil, fallback: Fallback? = nil
    ) {
        self.thresholdPartsPerMillion = thresholdPartsPerMillion
        self.action = action
        self.channels = channels
        self.reductionPartsPerMillion = reductionPartsPerMillion
        self.fallback = fallback
    }

    public static let usualReduction: Int64 = 500_000

    /// 50 and 75 % are noted, 80 and 90 % warn, 95 % slows down by half, 100 % refuses.
    public static let usual: [AlertRule] = [
        AlertRule(thresholdPartsPerMillion: 500_000, action: .note),
        AlertRule(thresholdPartsPerMillion: 750_000, action: .note),
        AlertRule(thresholdPartsPerMillion: 800_000, action: .warn),
        AlertRule(thresholdPartsPerMillion: 900_000, action: .warn),
        AlertRule(
            thresholdPartsPerMillion: 950_000, action: .throttle, reductionPartsPerMillion: usualReduction),
        AlertRule(thresholdPartsPerMillion: 1_000_000, action: .block),
    ]

    public var isSound: Bool {
        (1...1_000_000).contains(thresholdPartsPerMillion)
            && (reductionPartsPerMillion.map { (0...990_000).contains($0) && action == .throttle } ?? true)
    }
}

extension [AlertRule] {
    /// Those that `used` of `amount` has come to, where `before` had not.
    public func crossed(from before: Int64, to used: Int64, of amount: Int64) -> [AlertRule] {
        guard amount > 0, used > before else { return [] }
        return filter { rule in
            let threshold = Int128(rule.thresholdPartsPerMillion) * Int128(amount)
            return Int128(before) * 1_000_000 < threshold && Int128(used) * 1_000_000 >= threshold
        }
    }

    /// By how much to slow down where `taken` of `amount` is gone; nil for full speed.
    public func reduction(at taken: Int64, of amount: Int64) -> Int64? {
        let reached = filter { rule in
            rule.action == .throttle
                && Int128(taken) * 1_000_000 >= Int128(rule.thresholdPartsPerMillion) * Int128(amount)
        }
        return reached.map { $0.reductionPartsPerMillion ?? AlertRule.usualReduction }.max()
    }

    /// The highest threshold below a refusal that `account` has come to, counting what is held; nil for none, and for
    /// one that is only noted.
    public func warning(of account: Account) -> AlertRule? {
        guard account.limit.isGraduated, account.share == nil else { return nil }
        let reached = filter { rule in
            (rule.action == .warn || rule.action == .throttle) && account.amount > 0
                && Int128(account.taken) * 1_000_000
                    >= Int128(rule.thresholdPartsPerMillion) * Int128(account.ceiling)
        }
        return reached.max { $0.thresholdPartsPerMillion < $1.thresholdPartsPerMillion }
    }

    /// The share of a limit from which on requests are refused: all of it, unless a rule blocks earlier.
    public var blockedFromPartsPerMillion: Int64 {
        filter { $0.action == .block }.map(\.thresholdPartsPerMillion).min() ?? 1_000_000
    }
}
