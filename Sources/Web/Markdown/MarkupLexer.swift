/// Colours HTML and XML: tags, attributes, their values, comments and character references.
struct MarkupLexer {
    private var cursor: CodeCursor
    private var tokens = CodeTokens()

    static func tokens(in source: [UInt8]) -> [CodeToken] {
        var lexer = MarkupLexer(cursor: CodeCursor(source))
        while !lexer.cursor.isAtEnd { lexer.step() }
        return lexer.tokens.tokens
    }

    private init(cursor: CodeCursor) {
        self.cursor = cursor
    }

    private mutating func step() {
        cursor.skip { $0 != UInt8(ascii: "<") }
        tokens.append(nil, upTo: cursor.position)
        guard !cursor.isAtEnd else { return }
        if cursor.startsWith(Array("<!--".utf8)) {
            cursor.skip(through: Array("-->".utf8))
            tokens.append(.comment, upTo: cursor.position)
        } else {
            tag()
        }
    }

    private mutating func tag() {
        cursor.position += 1
        cursor.skip { "/!?".utf8.contains($0) }
        tokens.append(nil, upTo: cursor.position)
        cursor.skip(while: Self.continuesName)
        tokens.append(.name, upTo: cursor.position)
        while !cursor.isAtEnd, cursor.byte != UInt8(ascii: ">"), cursor.byte != UInt8(ascii: "<") { attribute() }
    }

    private mutating func attribute() {
        switch cursor.byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let quote = cursor.byte
            cursor.position += 1
            cursor.skip(through: [quote])
            tokens.append(.string, upTo: cursor.position)
        case let byte where Self.continuesName(byte):
            cursor.skip(while: Self.continuesName)
            tokens.append(.variable, upTo: cursor.position)
        default:
            cursor.position += 1
            tokens.append(nil, upTo: cursor.position)
        }
    }

    private static func continuesName(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || "-_:.".utf8.contains(byte) || byte >= 0x80
    }
}
