/// Colours languages that are made of words, strings, numbers and comments, in one pass over the text.
struct CodeLexer {
    private let grammar: CodeGrammar
    private var cursor: CodeCursor
    private var tokens = CodeTokens()

    static func tokens(in source: [UInt8], grammar: CodeGrammar) -> [CodeToken] {
        var lexer = CodeLexer(grammar: grammar, cursor: CodeCursor(source))
        while !lexer.cursor.isAtEnd { lexer.step() }
        return lexer.tokens.tokens
    }

    private init(grammar: CodeGrammar, cursor: CodeCursor) {
        self.grammar = grammar
        self.cursor = cursor
    }

    private mutating func step() {
        if comment() { return emit(.comment) }
        if string() { return emit(isKey ? .name : .string) }
        switch cursor.byte {
        case UInt8(ascii: "$") where grammar.hasDollarVariables: variable()
        case let byte where byte.isASCIIDigit: number()
        case let byte where Self.startsWord(byte): word()
        default: other()
        }
    }

    private mutating func emit(_ kind: CodeToken.Kind?) {
        tokens.append(kind, upTo: cursor.position)
    }

    private mutating func comment() -> Bool {
        if grammar.lineComments.contains(where: cursor.startsWith) {
            cursor.skipLine()
            return true
        }
        guard let block = grammar.blockComments.first(where: { cursor.startsWith($0.start) }) else { return false }
        cursor.position += block.start.count
        cursor.skip(through: block.end)
        return true
    }

    private mutating func string() -> Bool {
        guard let quote = grammar.quotes.first(where: { cursor.startsWith($0.start) }) else { return false }
        cursor.position += quote.start.count
        while !cursor.isAtEnd, !cursor.startsWith(quote.end) {
            if cursor.byte == UInt8(ascii: "\n"), !quote.isMultiline { return true }
            cursor.position += quote.hasEscapes && cursor.byte == UInt8(ascii: "\\") ? 2 : 1
        }
        cursor.position = min(cursor.position + quote.end.count, cursor.source.count)
        return true
    }

    /// Whether a colon follows, blanks aside.
    private var isKey: Bool {
        guard grammar.hasKeys else { return false }
        var ahead = cursor
        ahead.skip { $0 == UInt8(ascii: " ") }
        return !ahead.isAtEnd && ahead.byte == UInt8(ascii: ":")
    }

    private mutating func variable() {
        cursor.position += 1
        if !cursor.isAtEnd, cursor.byte == UInt8(ascii: "{") {
            cursor.skip(through: [UInt8(ascii: "}")])
        } else {
            cursor.skip(while: Self.continuesWord)
        }
        emit(.variable)
    }

    private mutating func number() {
        cursor.skip { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }
        emit(.number)
    }

    private mutating func word() {
        let start = cursor.position
        cursor.position += 1
        cursor.skip(while: Self.continuesWord)
        let word = String(decoding: cursor.source[start..<cursor.position], as: UTF8.self)
        let isKeyword = grammar.keywords.contains(grammar.ignoresCase ? word.lowercased() : word)
        emit(isKey ? .name : isKeyword ? .keyword : nil)
    }

    private mutating func other() {
        cursor.position += 1
        emit(nil)
    }

    private static func startsWord(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "@") || byte >= 0x80
    }

    private static func continuesWord(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}
