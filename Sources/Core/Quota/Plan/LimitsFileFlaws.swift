/// Something in a limits file that is refused.
public struct LimitsFileFlaw: Sendable, Hashable {
    /// Counted from 1; nil where the file as a whole is meant, or the plan came from no file.
    public var line: Int?
    /// For whoever wrote the file, such as `unknown key “daily_limt”; did you mean “daily_limit”?`.
    public var reason: String

    public init(line: Int?, reason: String) {
        self.line = line
        self.reason = reason
    }
}

/// Why a limits file was refused: everything that is wrong with it as far as it could be read, in the order of its
/// lines. Nothing of the file was applied.
public struct LimitsFileFlaws: Error, Sendable, Hashable {
    public private(set) var all: [LimitsFileFlaw]

    /// Beyond so many only how many more there are.
    public static let mostShown = 100

    public init(_ all: [LimitsFileFlaw]) {
        self.all = all.sorted { ($0.line ?? 0, $0.reason) < ($1.line ?? 0, $1.reason) }
        let more = all.count - Self.mostShown
        guard more > 0 else { return }
        let next = self.all[Self.mostShown].line
        self.all =
            self.all.prefix(Self.mostShown) + [LimitsFileFlaw(line: next, reason: "this and more: \(more) in all")]
    }

    /// - Throws: itself, unless it is empty.
    public func throwIfAny() throws(LimitsFileFlaws) {
        if !all.isEmpty { throw self }
    }
}
