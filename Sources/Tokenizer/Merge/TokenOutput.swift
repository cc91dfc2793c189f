/// What becomes of the tokens of a text. Two kinds, known to the compiler, so that counting does no work for ids.
protocol TokenOutput {
    /// False: `append` is never needed, and a remembered count will do.
    static var wantsIDs: Bool { get }
    mutating func append(_ id: UInt32)
}

/// Only how many.
struct CountedTokens: TokenOutput {
    static var wantsIDs: Bool { @inline(__always) get { false } }
    @inline(__always) mutating func append(_ id: UInt32) {}
}

/// Which ones, in order.
struct ListedTokens: TokenOutput {
    static var wantsIDs: Bool { @inline(__always) get { true } }
    var ids: [UInt32] = []
    @inline(__always) mutating func append(_ id: UInt32) { ids.append(id) }
}
