/// One line of a YAML file, and how far it has been looked through.
struct YAMLLine {
    let scalars: [Unicode.Scalar]
    private(set) var position = 0

    init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    var current: Unicode.Scalar? { scalar(at: position) }

    /// Nothing follows but blanks or a comment.
    var isAtEnd: Bool {
        let rest = scalars[position...].first { !$0.isBlank }
        return rest == nil || rest == "#"
    }

    /// A colon follows, so that what was just skipped is a key.
    var isAtKeyEnd: Bool {
        let rest = scalars[position...].drop(while: \.isBlank)
        return rest.first == ":" && rest.dropFirst().first?.isBlank != false
    }

    /// `---` or `...` at the beginning of the line.
    var startsDocument: Bool {
        position == 0 && [["-", "-", "-"], [".", ".", "."]].contains(Array(scalars.prefix(3)))
            && scalar(at: 3)?.isBlank != false
    }

    /// Whether `-`, `?` or `:` stands for itself: before a blank, or everywhere within brackets.
    func isIndicator(inFlow: Bool) -> Bool {
        inFlow || scalar(at: position + 1)?.isBlank != false
    }

    mutating func advance(by count: Int) { position += count }

    mutating func skipSpaces() {
        while current == " " { position += 1 }
    }

    mutating func skipBlanks() {
        while current?.isBlank == true { position += 1 }
    }

    /// - Returns: false when the quote is not closed on this line.
    mutating func skipQuoted(_ quote: Unicode.Scalar) -> Bool {
        position += 1
        while let scalar = current {
            position += 1
            if scalar == "\\" && quote == "\"" {
                position += 1
            } else if scalar == quote {
                guard quote == "'", current == "'" else { return true }
                position += 1
            }
        }
        return false
    }

    /// Up to a colon before a blank, a comment, or within brackets one of `,[]{}`.
    mutating func skipPlain(inFlow: Bool) {
        while let scalar = current {
            if scalar == ":" && isIndicator(inFlow: false) { return }
            if inFlow && ",[]{}".unicodeScalars.contains(scalar) { return }
            if scalar == "#" && position > 0 && scalars[position - 1].isBlank { return }
            position += 1
        }
    }

    /// What lies between `start` and here.
    func text(from start: Int) -> String {
        String(String.UnicodeScalarView(scalars[start..<position]))
    }

    private func scalar(at index: Int) -> Unicode.Scalar? {
        scalars.indices.contains(index) ? scalars[index] : nil
    }
}

extension Unicode.Scalar {
    var isBlank: Bool { self == " " || self == "\t" }

    /// Control characters, line breaks that only YAML knows, byte order marks and what turns the direction of writing:
    /// a file that holds these does not say what it shows.
    var isInvisible: Bool {
        if self == "\t" { return false }
        return switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: true
        case .format: value != 0x200C && value != 0x200D
        default: false
        }
    }
}
