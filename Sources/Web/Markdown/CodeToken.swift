/// A piece of source code. The pieces of a text cover it without gaps, in order.
struct CodeToken: Equatable {
    /// How a piece is coloured; the raw value is the class in the style sheet.
    enum Kind: String {
        case keyword = "k"
        case string = "s"
        case comment = "c"
        case number = "n"
        /// A tag, a type, an attribute or a key.
        case name = "t"
        case variable = "v"
        case inserted = "i"
        case deleted = "d"
    }

    /// nil where the piece has no colour of its own.
    var kind: Kind?
    var range: Range<Int>
}

/// Collects pieces; neighbours of one kind become one.
struct CodeTokens {
    private(set) var tokens: [CodeToken] = []

    mutating func append(_ kind: CodeToken.Kind?, upTo end: Int) {
        let start = tokens.last?.range.upperBound ?? 0
        guard end > start else { return }
        if let last = tokens.last, last.kind == kind {
            tokens[tokens.count - 1].range = last.range.lowerBound..<end
        } else {
            tokens.append(CodeToken(kind: kind, range: start..<end))
        }
    }
}
