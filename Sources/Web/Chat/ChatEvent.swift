/// What a browser is told while a reply is written, as server-sent events; `reply.js` reads them.
///
/// A question sent with `Accept: text/event-stream` is answered with these in the order `wait`, `begin`, any number of `block`,
/// then one of `end` and `fail`. A page opened meanwhile gets the same from the row's `stream` address.
enum ChatEvent: Sendable {
    /// It is not yet the question's turn. May come any number of times, and only before `begin`.
    case wait(Wait)
    /// The question is stored and the upstream has accepted.
    case begin(Begin)
    /// A top-level block of the reply is new or has changed.
    case block(Block)
    /// The reply is whole, and settled.
    case end(End)
    /// It broke off; what was written stays.
    case fail(Fail)

    struct Wait: Codable, Sendable {
        let place: Int64
        let length: Int64
        /// Why, the place and about how long, worded.
        let message: String
    }

    struct Begin: Codable, Sendable {
        /// The open chat: a first question has just made it.
        let chat: String
        /// Its address.
        let address: String
        /// Where this reply is stopped.
        let stop: String
        /// The rows that an edited question or another answer replaces, by the ids of their messages.
        let removes: [String]
        /// The rows of the question and of the empty reply (`templates/chat/message.mustache`).
        let html: String
        let gauge: Gauge?
    }

    struct Block: Codable, Sendable {
        /// From zero.
        let index: Int
        let html: String
    }

    struct End: Codable, Sendable {
        /// The reply's row, whole.
        let html: String
        /// The reply's usage in one sentence, read out to those who do not see it.
        let summary: String
        let total: String
        let today: String
        let gauge: Gauge?
    }

    struct Fail: Codable, Sendable {
        /// The reply's row with the problem in it; nil where the question itself was refused and stays in the composer.
        let html: String?
        let message: String
        let gauge: Gauge?
    }
}
