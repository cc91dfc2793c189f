import Synchronization

/// Counts text in tokens exactly as tiktoken's `encode_ordinary` does, only faster.
///
/// Special tokens are off: what a person types is text. One counter serves any number of threads at once.
///
/// A text is counted whole. Counts of chunks cannot be summed, because tokens reach over the cut: for a stream see
/// `RunningCount`.
public final class TokenCounter: Sendable {
    private let table: EncodingTable
    private let idle = Mutex<[Loan]>([])

    /// A workspace goes from the shelf to one caller and back; nobody else has it meanwhile, so it may pass between
    /// threads although it is not `Sendable`.
    private struct Loan: Sendable {
        nonisolated(unsafe) let workspace: Workspace
    }

    /// Workspaces kept for the next callers.
    private static let shelf = 4

    public init(table: EncodingTable) {
        self.table = table
    }

    public var encoding: Encoding { table.encoding }

    /// Number of tokens of `text`.
    public func count(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { count(valid: $0) }
    }

    /// Number of tokens of the text that these bytes are. Bytes that are not UTF-8 count as U+FFFD, one for each maximal
    /// part of a sequence (Unicode 16.0, section 3.9, "U+FFFD Substitution of Maximal Subparts"), as Swift and Python decode them.
    public func count(utf8 bytes: UnsafeBufferPointer<UInt8>) -> Int {
        String(validating: bytes, as: UTF8.self) == nil
            ? count(String(decoding: bytes, as: UTF8.self)) : count(valid: bytes)
    }

    /// The ids of the tokens of `text`, in order. They are ranks too.
    public func encode(_ text: String) -> [UInt32] {
        var text = text
        return text.withUTF8 { utf8 in
            withWorkspace { workspace in
                var output = ListedTokens()
                _ = workspace.encode(utf8, to: &output)
                return output.ids
            }
        }
    }

    /// How many bytes each token of `text` stands for, in order: a token may begin and end inside a character.
    public func tokenLengths(_ text: String) -> [Int] {
        let lengths = TableView(table).tokenLengths
        return encode(text).map { Int(lengths[Int($0)]) }
    }

    /// For `RunningCount`: see `CertainCut`.
    func lastCertainCut(in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { CertainCut(table: TableView(table)).last(in: $0) }
    }

    private func count(valid utf8: UnsafeBufferPointer<UInt8>) -> Int {
        withWorkspace { workspace in
            var output = CountedTokens()
            return workspace.encode(utf8, to: &output)
        }
    }

    private func withWorkspace<Result>(_ body: (Workspace) -> Result) -> Result {
        let loan = idle.withLock { $0.popLast() } ?? Loan(workspace: Workspace(table))
        defer { giveBack(loan) }
        return body(loan.workspace)
    }

    private func giveBack(_ loan: Loan) {
        loan.workspace.shrink()
        idle.withLock { if $0.count < Self.shelf { $0.append(loan) } }
    }
}
