import Synchronization

/// What the stand-in did, request by request: the other side's books.
final class Journal: Sendable {
    /// The oldest rows go beyond this.
    static let capacity = 200_000

    struct Row: Encodable, Sendable {
        /// The caller's `x-request-id`; a retry has the same one, and a row of its own.
        var id: String
        var model: String
        var script: String
        var maxTokens: Int?
        var promptTokens: Int
        /// Produced and handed to the connection, reasoning included, whatever was then reported.
        var completionTokens: Int
        var state: State

        enum CodingKeys: String, CodingKey {
            case id, model, script, state
            case maxTokens = "max_tokens"
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
        }
    }

    enum State: String, Encodable, Sendable {
        case running
        case finished
        /// The peer hung up before the end.
        case left
        /// A script ended it.
        case broken
        /// No completion was begun.
        case refused
    }

    private struct Entries {
        var tallies: [Tally] = []
        var count = 0
    }

    private let entries = Mutex(Entries())

    func begin(_ row: Row) -> Tally {
        entries.withLock { entries in
            entries.count += 1
            let named = row.id.isEmpty ? "demo-\(entries.count)" : row.id
            let tally = Tally(row, id: named)
            if entries.tallies.count >= Self.capacity { entries.tallies.removeFirst(Self.capacity / 10) }
            entries.tallies.append(tally)
            return tally
        }
    }

    /// In the order in which they came.
    ///
    /// - Parameter id: only the rows of this request; nil for all.
    func rows(id: String?) -> [Row] {
        entries.withLock(\.tallies).map(\.row).filter { id == nil || $0.id == id }
    }

    func clear() {
        entries.withLock { $0.tallies = [] }
    }
}

/// One row of the journal while it is written.
final class Tally: Sendable {
    let id: String
    private let current: Mutex<Journal.Row>

    fileprivate init(_ row: Journal.Row, id: String) {
        self.id = id
        var row = row
        row.id = id
        current = Mutex(row)
    }

    var row: Journal.Row { current.withLock { $0 } }

    func add(tokens: Int) {
        current.withLock { $0.completionTokens += tokens }
    }

    func end(_ state: Journal.State) {
        current.withLock { $0.state = state }
    }
}
