/// Colours a unified diff, line by line.
enum DiffLexer {
    static func tokens(in source: [UInt8]) -> [CodeToken] {
        var cursor = CodeCursor(source)
        var tokens = CodeTokens()
        while !cursor.isAtEnd {
            let kind = kind(ofLineAt: cursor)
            cursor.skip(through: [UInt8(ascii: "\n")])
            tokens.append(kind, upTo: cursor.position)
        }
        return tokens.tokens
    }

    private static func kind(ofLineAt cursor: CodeCursor) -> CodeToken.Kind? {
        if ["+++", "---", "@@", "diff ", "index "].contains(where: { cursor.startsWith(Array($0.utf8)) }) {
            return .name
        }
        switch cursor.byte {
        case UInt8(ascii: "+"): return .inserted
        case UInt8(ascii: "-"): return .deleted
        default: return nil
        }
    }
}
