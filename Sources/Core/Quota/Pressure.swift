/// How urgent what a project does is, against what other projects do. Whoever has no project is `normal`.
public enum Priority: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable, Comparable {
    case low, normal, high

    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    /// 0 for the lowest.
    public var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Who has to stand back when a shared limit becomes scarce: from `threshold` on, a priority that is named here may take
/// no more of the limit than its share, counting what it already took in this window. The others go on as before.
public struct Pressure: Sendable, Hashable, Codable {
    /// In parts per million of the limit; 800,000 are 80 %.
    public var thresholdPartsPerMillion: Int64
    /// What each of them may take in all, in parts per million of the limit. High priority has none.
    public var sharesPartsPerMillion: [Priority: Int64]

    public init(thresholdPartsPerMillion: Int64 = 800_000, sharesPartsPerMillion: [Priority: Int64]) {
        self.thresholdPartsPerMillion = thresholdPartsPerMillion
        self.sharesPartsPerMillion = sharesPartsPerMillion
    }

    public var isSound: Bool {
        let parts: ClosedRange<Int64> = 0...1_000_000
        return parts.contains(thresholdPartsPerMillion) && !sharesPartsPerMillion.isEmpty
            && sharesPartsPerMillion.values.allSatisfy(parts.contains) && sharesPartsPerMillion[.high] == nil
    }
}

extension Int64 {
    /// This many parts per million of `whole`, rounded down.
    public func partsPerMillion(of whole: Int64) -> Int64 {
        Int64(clamping: Int128(self) * Int128(whole) / 1_000_000)
    }
}
