/// What a listener of a reply is told.
public enum ReplyEvent: Sendable, Hashable {
    /// A piece of the answer: all that came since the last one.
    case text(String)
    /// A piece of visible reasoning.
    case reasoning(String)
    /// Always the last event.
    case ended(ReplyEnding)
}

/// A reply from its beginning: what has come so far, then live. Ends after `.ended`, or at once when the listening
/// task is cancelled. A slow listener gets longer pieces, not more of them.
public struct ReplyEvents: AsyncSequence, Sendable {
    let reply: LiveReply

    public func makeAsyncIterator() -> Iterator { Iterator(reply: reply) }

    public struct Iterator: AsyncIteratorProtocol {
        let reply: LiveReply
        private var position = 0
        private var isOver = false

        init(reply: LiveReply) {
            self.reply = reply
        }

        public mutating func next() async -> ReplyEvent? {
            while true {
                switch await next(patience: .seconds(3600)) {
                case .event(let event): return event
                case .silence: continue
                case .over: return nil
                }
            }
        }

        /// The next event, or word that there was none for about so long. `silence` may come early.
        public mutating func next(patience: Duration) async -> Heard {
            if isOver || Task.isCancelled { return .over }
            if let event = takeNext() { return .event(event) }
            await reply.change(after: position, patience: patience)
            if Task.isCancelled { return .over }
            return takeNext().map(Heard.event) ?? .silence
        }

        private mutating func takeNext() -> ReplyEvent? {
            switch reply.next(after: position) {
            case .piece(let event, let end):
                position = end
                return event
            case .ended(let ending):
                isOver = true
                return .ended(ending)
            case .nothingYet:
                return nil
            }
        }
    }

    /// What a listener heard in a while.
    public enum Heard: Sendable, Hashable {
        case event(ReplyEvent)
        case silence
        /// After `.ended`, or when the listening task was cancelled.
        case over
    }
}
