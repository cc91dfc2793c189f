import NIOCore
import Synchronization

/// What the stand-in did, request by request: the other side's books.
final class Journal: Sendable {
    /// The oldest rows go beyond this.
    static let capacity = 200_000

    struct Row: Encodable, Sendable {
        /// The caller's `x-request-id`; a retry has the same one, and a row of its own.
        var id: String
        /// The path of the request.
        var endpoint: String
        var model: String
        var script = ""
        var isStream = false
        /// How many were asked for, over all prompts.
        var choices = 1
        /// The cap on each choice that was asked for.
        var maxTokens: Int?
        var promptTokens: Int
        /// Of the prompt, reported as cached.
        var cachedTokens = 0
        /// Produced and handed to the connection, reasoning included, whatever was then reported.
        var completionTokens = 0
        /// Of the whole reply as it was planned, however much of it was then produced.
        var reasoningTokens = 0
        var state = State.running

        enum CodingKeys: String, CodingKey {
            case id, endpoint, model, script, choices, state
            case isStream = "stream"
            case maxTokens = "max_tokens"
            case promptTokens = "prompt_tokens"
            case cachedTokens = "cached_tokens"
            case completionTokens = "completion_tokens"
            case reasoningTokens = "reasoning_tokens"
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
        var bodies = Bodies()
        var count = 0
    }

    private let entries = Mutex(Entries())

    /// - Parameter body: what the request said, to be shown as it came.
    func begin(_ row: Row, body: ByteBuffer) -> Tally {
        entries.withLock { entries in
            entries.count += 1
            let named = row.id.isEmpty ? "demo-\(entries.count)" : row.id
            let tally = Tally(row, id: named)
            if entries.tallies.count >= Self.capacity { entries.tallies.removeFirst(Self.capacity / 10) }
            entries.tallies.append(tally)
            entries.bodies.keep(body, id: named)
            return tally
        }
    }

    /// In the order in which they came.
    ///
    /// - Parameter id: only the rows of this request; nil for all.
    func rows(id: String?) -> [Row] {
        entries.withLock(\.tallies).map(\.row).filter { id == nil || $0.id == id }
    }

    /// The body of the last request of that id; nil where it is long ago, or never came.
    func body(id: String) -> ByteBuffer? {
        entries.withLock { $0.bodies.last(id: id) }
    }

    func clear() {
        entries.withLock { ($0.tallies, $0.bodies) = ([], Bodies()) }
    }
}

/// Ends a row whose reply is thrown away before anybody asked for it.
final class Unread: Sendable {
    private let tally: Tally

    init(tally: Tally) {
        self.tally = tally
    }

    deinit {
        if tally.row.state == .running { tally.end(.left) }
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
