import Core

/// Looks through a file before any parser sees it, and refuses what a limits file has no use for: anchors, aliases,
/// tags, directives, block scalars, complex keys, values over several lines, deep nesting and invisible characters.
///
/// Yams expands an alias while it reads, and shows an anchor only as long as its parser lives. So an alias has to be
/// found here. This scanner begins a token wherever libyaml does, or earlier: it takes no plain or quoted value over the
/// end of a line, and within brackets it ends plain values at the same characters. What looks like an alias at the
/// beginning of a token is refused, even where YAML might take it for text.
///
/// libyaml's own rules: `yaml_parser_fetch_next_token` and `yaml_parser_scan_plain_scalar` in its `scanner.c`.
struct YAMLSubset {
    static let deepestNesting = 8

    private(set) var flaws: [LimitsFileFlaw] = []

    private var line: YAMLLine
    private var lineNumber = 0
    /// The block collections that are open, outermost first.
    private var blocks: [Block] = []
    /// How many brackets and braces are open.
    private var flowDepth = 0
    /// Whether the line before ended within or after a plain value, which a deeper line would continue.
    private var endsInPlainValue = false

    /// - Returns: everything that is refused, at most one thing for each line.
    static func flaws(in text: String) -> [LimitsFileFlaw] {
        var subset = YAMLSubset(line: YAMLLine(scalars: []))
        for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            subset.scan(YAMLLine(scalars: Array(line.last == "\r" ? line.dropLast() : line)))
        }
        return subset.flaws
    }

    private init(line: YAMLLine) {
        self.line = line
    }

    private mutating func scan(_ next: YAMLLine) {
        line = next
        lineNumber += 1
        do throws(Refusal) {
            if let scalar = line.scalars.first(where: \.isInvisible) { throw .invisible(scalar) }
            try enterLine()
            while try scanToken() {}
        } catch {
            flaws.append(LimitsFileFlaw(line: lineNumber, reason: error.reason))
            endsInPlainValue = false
        }
    }

    private mutating func enterLine() throws(Refusal) {
        line.skipSpaces()
        guard let first = line.current, first != "#" else { return }
        if first == "\t" { throw .tabIndentation }
        let column = line.position
        if flowDepth == 0 { while let last = blocks.last, last.column > column { blocks.removeLast() } }
        let continues = endsInPlainValue && (flowDepth > 0 || column > blocks.last?.column ?? -1)
        endsInPlainValue = false
        if continues { throw .severalLines }
        if line.startsDocument {
            line.advance(by: 3)
            blocks = []
        }
    }

    /// - Returns: false at the end of the line.
    private mutating func scanToken() throws(Refusal) -> Bool {
        line.skipBlanks()
        guard let scalar = line.current, scalar != "#" else { return false }
        switch scalar {
        case "&": throw .anchor
        case "*": throw .alias
        case "!": throw .tag
        case "%": throw .directive
        case "|", ">": throw .blockScalar
        case "?" where line.isIndicator(inFlow: flowDepth > 0): throw .complexKey
        case "-" where line.isIndicator(inFlow: false):
            try open(line.position)
            line.advance(by: 1)
        case ":" where line.isIndicator(inFlow: flowDepth > 0): line.advance(by: 1)
        case ",": line.advance(by: 1)
        case "[", "{": try openFlow()
        case "]", "}":
            flowDepth = max(0, flowDepth - 1)
            line.advance(by: 1)
        case "\"", "'": try scanQuoted(scalar)
        default: try scanPlain()
        }
        return true
    }

    private mutating func open(_ column: Int) throws(Refusal) {
        guard flowDepth == 0, column > blocks.last?.column ?? -1 else { return }
        blocks.append(Block(column: column))
        try checkDepth()
    }

    /// The key that was just skipped. Yams would refuse one that stands twice as well, but only the first of all, and
    /// without its line.
    private mutating func openKey(from start: Int) throws(Refusal) {
        try open(start)
        guard flowDepth == 0, let innermost = blocks.indices.last else { return }
        let key = line.text(from: start)
        if let first = blocks[innermost].lines.updateValue(lineNumber, forKey: key) { throw .twice(key, first: first) }
    }

    private mutating func openFlow() throws(Refusal) {
        line.advance(by: 1)
        flowDepth += 1
        try checkDepth()
    }

    private func checkDepth() throws(Refusal) {
        if blocks.count + flowDepth > Self.deepestNesting { throw .nesting }
    }

    private mutating func scanQuoted(_ quote: Unicode.Scalar) throws(Refusal) {
        let start = line.position
        guard line.skipQuoted(quote) else { throw .severalLines }
        if line.isAtKeyEnd { try openKey(from: start) }
    }

    private mutating func scanPlain() throws(Refusal) {
        let start = line.position
        line.skipPlain(inFlow: flowDepth > 0)
        if line.isAtKeyEnd {
            try openKey(from: start)
        } else {
            endsInPlainValue = line.isAtEnd
        }
    }

    private struct Block {
        let column: Int
        /// Where each key of a mapping stands.
        var lines: [String: Int] = [:]
    }
}
