import Core

/// How long the latest replies of somebody with a model were, in tokens: as text, the newest last.
struct ReplyHistory {
    /// Enough for a ninth decile, few enough to follow a change of habits.
    static let most = 32
    /// Fewer say nothing.
    static let fewest = 3
    /// While little is known: a few paragraphs.
    static let usualWhileUnknown: Int64 = 256
    /// Instead of numbers, for a model that produces what nobody can count as it comes.
    static let uncountable = "uncountable"

    private(set) var lengths: [Int64]

    init(_ text: String?) {
        lengths = text?.split(separator: ",").compactMap { Int64($0) } ?? []
    }

    var text: String { lengths.map(String.init).joined(separator: ",") }

    mutating func add(_ length: Int64) {
        lengths.append(length)
        lengths.removeFirst(max(0, lengths.count - Self.most))
    }

    /// What nine of ten replies did not pass; nil while there are too few.
    private var usual: Int64? {
        guard lengths.count >= Self.fewest else { return nil }
        return lengths.sorted()[(lengths.count * 9 + 9) / 10 - 1]
    }

    /// Nil when no part of the reply may be left unheld: also before any reply of the model came to its end, as it may
    /// turn out to produce what nobody can count as it comes.
    ///
    /// - Parameters:
    ///   - own: the person's history with the model.
    ///   - all: everybody's.
    static func usualReply(own: String?, all: String?) -> Int64? {
        if all == nil || all == uncountable { return nil }
        return ReplyHistory(own).usual ?? ReplyHistory(all).usual ?? usualWhileUnknown
    }
}

extension SQLSession {
    /// Remembers how long a whole reply was; of a model that charges for more than it shows, that it does.
    func noteReply(_ ending: Ending, to hold: HeldRequest) throws {
        guard hold.allReplies != ReplyHistory.uncountable else { return }
        let path = hold.origin.path
        guard !ending.producedUnseen else { return try keep(ReplyHistory.uncountable, person: "", model: path.model) }
        guard ending.outcome == .finished else { return }
        var own = ReplyHistory(hold.ownReplies)
        own.add(ending.usage.completionTokens)
        try keep(own.text, person: path.person.rawValue, model: path.model)
        // Those who are new go by everybody's; a few of each are enough for that.
        guard own.lengths.count <= ReplyHistory.fewest else { return }
        var all = ReplyHistory(hold.allReplies)
        all.add(ending.usage.completionTokens)
        try keep(all.text, person: "", model: path.model)
    }

    private func keep(_ recent: String, person: String, model: ModelID) throws {
        try execute(
            """
            INSERT INTO reply_history (person, model, recent) VALUES ($1, $2, $3)
            ON CONFLICT (person, model) DO UPDATE SET recent = excluded.recent
            """, person, model, recent)
    }
}
