/// What is wrong with one field of a form.
public struct Flaw: Sendable, Hashable {
    public enum Problem: Sendable, Hashable {
        case missing
        case tooLong(maxCharacters: Int)
        case tooShort(minCharacters: Int)
        case outOfRange(ClosedRange<Int64>)
        case malformed
        /// An address that nothing is ever sent to.
        case forbidden
        /// There are as many of its kind as there may be.
        case tooMany(most: Int)
        /// Another thing already has this name.
        case taken
        /// It names nothing that exists, or nothing that may be used here.
        case unknown
        /// A password that everyone tries first.
        case tooCommon
        case inThePast
        /// Nobody would be left who could administer.
        case lastAdmin
        /// Parts of a limit that do not go together.
        case contradictory(Limit.Flaw)
        /// It belongs to a tier, and is changed there.
        case partOfTier
    }

    /// The name of the field, as the type that is being edited calls it.
    public var field: String
    public var problem: Problem

    public init(_ field: String, _ problem: Problem) {
        self.field = field
        self.problem = problem
    }
}

/// Why a change was not made: everything that is wrong with it, so that it can be put right in one go.
public struct Flaws: Error, Sendable, Hashable {
    public var all: [Flaw]

    public init(_ all: [Flaw]) {
        self.all = all
    }

    /// - Throws: itself, unless it is empty.
    public func throwIfAny() throws(Flaws) {
        if !all.isEmpty { throw self }
    }

    mutating func add(_ others: Flaws) {
        all += others.all
    }

    mutating func note(_ problem: Flaw.Problem?, about field: String) {
        if let problem { all.append(Flaw(field, problem)) }
    }
}

/// There is no such thing, or it is another person's: who asks is not told which.
public struct NotFound: Error, Sendable, Hashable {
    public init() {}
}

extension String {
    /// Why this is no name of a thing: blank, longer than `maxCharacters`, or of several lines.
    func nameProblem(maxCharacters: Int = 100) -> Flaw.Problem? {
        if allSatisfy(\.isWhitespace) { return .missing }
        if count > maxCharacters { return .tooLong(maxCharacters: maxCharacters) }
        return unicodeScalars.contains { $0.properties.generalCategory == .control } ? .malformed : nil
    }
}

extension Int64 {
    func problem(outside range: ClosedRange<Int64>) -> Flaw.Problem? {
        range.contains(self) ? nil : .outOfRange(range)
    }
}
