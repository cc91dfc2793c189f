public import Tokenizer

/// How the stand-in counts, and how it cuts what it says into the chunks that it sends.
///
/// With the tables it counts as `o200k_base` does, prompts as OpenAI's chat format has them; without them by a rule of
/// its own (`Pieces`), which a test can apply with the naked eye.
public struct Ruler: Sendable {
    private let tables: TokenCounters?

    /// - Parameter tables: nil for the rule of its own.
    public init(_ tables: TokenCounters? = nil) {
        self.tables = tables
    }

    func count(_ text: String) -> Int {
        tables.map { $0[.o200kBase].count(text) } ?? Pieces.count(text)
    }

    func count(_ messages: [ChatRequest.Message]) -> Int {
        guard let tables else { return Pieces.count(messages) }
        let prompt = messages.map { PromptMessage(role: $0.role, text: $0.content) }
        return PromptCounter(tables).count(messages: prompt, model: "demo", encoding: .o200kBase).total
    }

    /// Cuts a text so that the tokens of any number of chunks from its beginning add up to the count of their text.
    ///
    /// Nearly every chunk is one token; where a character takes several, they come together.
    func chunks(_ text: String) -> [Chunk] {
        guard let counter = tables?[.o200kBase] else { return Pieces.split(text).map { Chunk(text: $0, tokens: 1) } }
        return Self.words(text).flatMap { Self.tokens(of: $0, counter) }
    }

    /// Cuts where a token ends whatever stands around: before the blank between two words, and behind line ends.
    private static func words(_ text: String) -> [Substring] {
        var words: [Substring] = []
        var start = text.startIndex
        var before: Character?
        for index in text.indices {
            let character = text[index]
            let isBetweenWords = character == " " && before?.isWhitespace == false
            let isBehindLineEnd = before == "\n" && !character.isWhitespace && character != "/"
            if isBetweenWords || isBehindLineEnd {
                words.append(text[start..<index])
                start = index
            }
            before = character
        }
        return start < text.endIndex ? words + [text[start...]] : words
    }

    /// Cuts further wherever the counts of both sides are the count of the whole.
    private static func tokens(of word: Substring, _ counter: TokenCounter) -> [Chunk] {
        var chunks: [Chunk] = []
        var rest = word
        var tokens = counter.count(String(rest))
        while tokens > 1, let cut = firstToken(of: rest, tokens, counter) {
            chunks.append(Chunk(text: rest[..<cut], tokens: 1))
            rest = rest[cut...]
            tokens -= 1
        }
        return chunks + [Chunk(text: rest, tokens: tokens)]
    }

    /// Where the first token ends; nil where that is inside a character, or cutting there would change the count.
    private static func firstToken(of text: Substring, _ tokens: Int, _ counter: TokenCounter) -> Substring.Index? {
        text.indices.dropFirst().last { cut in
            counter.count(String(text[..<cut])) == 1 && counter.count(String(text[cut...])) == tokens - 1
        }
    }
}

/// What is sent at once.
struct Chunk: Sendable, Equatable {
    let text: Substring
    let tokens: Int
}

extension [Chunk] {
    var tokens: Int { reduce(0) { $0 + $1.tokens } }

    var joined: String { map(\.text).joined() }

    /// As many from the beginning as have no more tokens than this.
    func upTo(_ most: Int) -> [Chunk] {
        var room = most
        return Array(
            prefix { chunk in
                room -= chunk.tokens
                return room >= 0
            })
    }
}
