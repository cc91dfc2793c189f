/// One counter for each encoding, mapped from a directory of tables. Made once by a process and shared.
public struct TokenCounters: Sendable {
    private let o200kBase: TokenCounter
    private let cl100kBase: TokenCounter

    /// - Throws: `TableError` for the first table that cannot be counted from.
    public init(directory: String) throws(TableError) {
        o200kBase = TokenCounter(table: try EncodingTable(directory: directory, encoding: .o200kBase))
        cl100kBase = TokenCounter(table: try EncodingTable(directory: directory, encoding: .cl100kBase))
    }

    public subscript(encoding: Encoding) -> TokenCounter {
        switch encoding {
        case .o200kBase: o200kBase
        case .cl100kBase: cl100kBase
        }
    }
}
