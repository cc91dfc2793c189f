/// Counts a text while it streams, exactly, without keeping it and without counting any of it twice.
///
/// Counts of arbitrary chunks cannot be summed: tokens reach over the cut. But a text may be cut where one of the
/// pattern's pieces is certain to end whatever follows, and counts of such parts do sum up. What stands behind the last
/// certain cut is kept until more has come.
public struct RunningCount: Sendable {
    private let counter: TokenCounter
    private var settled = 0
    private var pending: [UInt8] = []
    /// Pending bytes at which it is worth looking for a cut again.
    private var nextLook: Int
    private let lookEvery: Int

    /// - Parameter lookEvery: bytes after which it looks for a place to cut; more bytes cost less time and keep more.
    public init(_ counter: TokenCounter, lookEvery: Int = 512) {
        self.counter = counter
        self.lookEvery = lookEvery
        nextLook = lookEvery
    }

    /// Takes the next piece of the text, of any length, cut anywhere, even inside a scalar.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        pending.append(contentsOf: bytes)
        if pending.count >= nextLook { settle() }
    }

    public mutating func append(_ text: String) { append(text.utf8) }

    /// Fewer tokens than this the text so far, or any text that begins with it, cannot have. Costs nothing.
    public var lowerBound: Int {
        settled + (pending.count + TableLayout.longestToken - 1) / TableLayout.longestToken
    }

    /// The number of tokens of the whole text so far.
    public func total() -> Int { settled + pending.withUnsafeBufferPointer { counter.count(utf8: $0) } }

    private mutating func settle() {
        if let cut = counter.lastCertainCut(in: pending) {
            settled += pending[..<cut].withUnsafeBufferPointer { counter.count(utf8: $0) }
            pending.removeSubrange(..<cut)
        }
        nextLook = max(lookEvery, pending.count * 2)
    }
}
