/// Writes Markdown about a question: always the same for the same question, another for another.
struct Prose {
    private var dice: Dice
    private let topic: String
    private var sentences = Deck(Phrases.sentences)
    private var points = Deck(Phrases.points)
    private var headings = Deck(Phrases.headings)
    private var code = Deck(Phrases.code)
    private var foreign = Deck(Phrases.foreign)

    /// - Parameter seed: another one than the question for another text about it.
    init(question: String, seed: String? = nil) {
        dice = Dice(seed: seed ?? question)
        topic = Self.topic(of: question)
    }

    /// How long this reply would like to be.
    mutating func length(in tokens: ClosedRange<Int>) -> Int {
        Int.random(in: tokens, using: &dice)
    }

    /// What a model says to itself before it answers.
    mutating func reasoning() -> String {
        let thoughts = Phrases.thoughts.shuffled(using: &dice).prefix(3)
        return filled(thoughts.joined(separator: " "))
    }

    mutating func sentence() -> String {
        filled(sentences.draw(&dice))
    }

    /// Whole blocks until there are at least so many tokens.
    ///
    /// - Parameter results: what functions returned, which the text then begins with.
    mutating func text(atLeast tokens: Int, by ruler: Ruler, results: String? = nil) -> String {
        let opening = results.map { "It returned: \(Self.plain($0)). " } ?? ""
        var text = opening + filled(pick(Phrases.openings)) + " " + paragraph()
        var written = ruler.count(text)
        var blocks = Deck(Block.allCases)
        while written < tokens {
            let block = write(blocks.draw(&dice))
            // The empty line is left out of the sum: it may be one token with what stands before it.
            text += "\n\n" + block
            written += ruler.count(block)
        }
        return text
    }

    private enum Block: CaseIterable {
        case paragraph, section, bullets, steps, table, code, quote, foreign
    }

    private mutating func write(_ block: Block) -> String {
        switch block {
        case .paragraph: paragraph()
        case .section: "## " + filled(headings.draw(&dice)) + "\n\n" + paragraph()
        case .bullets: list { _ in "- " }
        case .steps: list { "\($0 + 1). " }
        case .table: table()
        case .code: code.draw(&dice)
        case .quote: "> " + sentence()
        case .foreign: foreign.draw(&dice)
        }
    }

    private mutating func paragraph() -> String {
        let count = Int.random(in: 2...4, using: &dice)
        return (0..<count).map { _ in sentence() }.joined(separator: " ")
    }

    private mutating func list(_ mark: (Int) -> String) -> String {
        let count = Int.random(in: 3...5, using: &dice)
        return (0..<count).map { mark($0) + filled(points.draw(&dice)) }.joined(separator: "\n")
    }

    private mutating func table() -> String {
        let rows = Phrases.rows.shuffled(using: &dice).prefix(3).map { name in
            "| \(name) | \(Int.random(in: 2...98, using: &dice)) % | \(pick(Phrases.verdicts)) |"
        }
        return (["| Choice | Share | Verdict |", "|---|---:|---|"] + rows).joined(separator: "\n")
    }

    private mutating func pick(_ phrases: [String]) -> String {
        phrases.randomElement(using: &dice) ?? ""
    }

    private func filled(_ phrase: String) -> String {
        phrase.replacing("{topic}", with: topic)
    }

    /// The beginning of a text, without what Markdown would make markup or links of.
    private static func plain(_ text: String) -> String {
        String(text.filter { !"<>[]()`*_|#\\\n".contains($0) }.prefix(200))
    }

    /// The first words of the question, without what Markdown would make something of.
    private static func topic(of question: String) -> String {
        let words = question.prefix(400).split { !($0.isLetter || $0.isNumber) }.prefix(7)
        return words.isEmpty ? "your question" : "“\(words.joined(separator: " "))”"
    }
}

/// Cards in random order, shuffled anew when all are dealt: nothing is said twice in a row.
private struct Deck<Card> {
    private let cards: [Card]
    private var rest: [Card] = []

    init(_ cards: [Card]) {
        self.cards = cards
    }

    mutating func draw(_ dice: inout Dice) -> Card {
        if rest.isEmpty { rest = cards.shuffled(using: &dice) }
        return rest.removeLast()
    }
}

/// Random numbers that a text decides.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    /// FNV-1a of the text.
    init(seed text: String) {
        state = text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
