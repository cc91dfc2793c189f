import Synchronization

/// Answers that are given once more, byte by byte.
extension LiveReply {
    /// A reply that was there before.
    convenience init(_ answer: KeptAnswer, to call: Call, _ ending: ReplyEnding) {
        self.init(over: call, ending, refusal: nil)
        state.withLock { state in
            state.log.append(answer.text, as: .text)
            state.outbox.add(Array(answer.passages.utf8))
            if let document = answer.document { state.outbox.keep(document: Array(document.utf8)) }
        }
    }

    /// The reply as it may be given again; nil where it is too long.
    func kept(_ conclusion: Call.Conclusion) -> KeptAnswer? {
        state.withLock { state in
            guard let copy = state.outbox.copy, let body = copy.body else { return nil }
            let text = state.log.all(.text)
            guard text.utf8.count + copy.bytes <= KeptAnswer.longest else { return nil }
            return KeptAnswer(
                text: text, passages: body.passages, document: body.document,
                finishReason: conclusion.finishReason, modelServed: conclusion.ending.modelServed)
        }
    }
}

/// What went to a program, kept beside what waits for it: also for one that is slow, or has left.
struct OutboxCopy: Sendable {
    private var passages: [UInt8]? = []
    private var document: [UInt8]?
    private(set) var bytes = 0

    mutating func add(_ passage: [UInt8]) {
        bytes += passage.count
        if bytes > KeptAnswer.longest { passages = nil } else { passages? += passage }
    }

    mutating func keep(document: [UInt8]) {
        bytes += document.count
        if bytes > KeptAnswer.longest { passages = nil } else { self.document = document }
    }

    /// Nil for more than may be kept.
    var body: (passages: String, document: String?)? {
        passages.map { (String(decoding: $0, as: UTF8.self), document.map { String(decoding: $0, as: UTF8.self) }) }
    }
}
