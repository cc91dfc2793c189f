/// The rendering of a text that grows: what can no longer change is rendered once, so that the work for the next piece does
/// not grow with the text.
///
/// Its blocks are always those of `Markdown.blocks(of:)`. A text can be cut behind an empty line that follows a paragraph or
/// a heading of the top level: there nothing is open, neither a list nor code nor a quotation, whatever comes next. Only a
/// link reference definition (`[name]: address`) reaches over such a cut, in both directions: a text that may hold one is
/// rendered whole.
struct GrowingMarkdown {
    /// What was cut off.
    private struct Settled {
        var bytes = 0
        var blocks: [String] = []
        var outputBytes = 0
        var headings: [Int] = []
    }

    private var settled = Settled()
    /// The empty line that was tried last ended here.
    private var triedBytes = 0
    private var isWhole = false

    /// How much of the text is not rendered again.
    var settledBytes: Int { settled.bytes }

    /// - Parameter text: begins with the text of the call before.
    mutating func blocks(of text: String) -> [String] {
        if !isWhole, Self.mayDefineReference(rest(of: text)) {
            settled = Settled()
            isWhole = true
        }
        if !isWhole { settle(text) }
        var writer = render(rest(of: text))
        return settled.blocks + writer.finish()
    }

    private func rest(of text: String) -> Substring {
        Substring(text.utf8.dropFirst(settled.bytes))
    }

    /// Moves the cut behind the last empty line, where that is possible.
    private mutating func settle(_ text: String) {
        let rest = rest(of: text)
        guard let end = Self.endOfLastEmptyLine(rest) else { return }
        let candidate = rest[..<end]
        let bytes = settled.bytes + candidate.utf8.count
        guard bytes > triedBytes else { return }
        triedBytes = bytes
        var writer = render(candidate)
        guard writer.isClosed, !writer.isFull else { return }
        let blocks = writer.finish()
        settled = Settled(
            bytes: bytes, blocks: settled.blocks + blocks,
            outputBytes: blocks.reduce(settled.outputBytes) { $0 + $1.utf8.count }, headings: writer.headings)
    }

    private func render(_ source: Substring) -> MarkdownWriter {
        var writer = MarkdownWriter(
            maxBytes: Markdown.maxOutputBytes - settled.outputBytes, headings: settled.headings)
        _ = MarkdownParser.parse(
            String(source), maxBytes: Markdown.maxInputBytes - settled.bytes, into: &writer)
        return writer
    }

    private static func endOfLastEmptyLine(_ source: Substring) -> String.Index? {
        let bytes = source.utf8
        var followsLineFeed = false
        for index in bytes.indices.reversed() {
            let isLineFeed = bytes[index] == UInt8(ascii: "\n")
            if isLineFeed, followsLineFeed { return bytes.index(index, offsetBy: 2) }
            followsLineFeed = isLineFeed
        }
        return nil
    }

    private static func mayDefineReference(_ source: Substring) -> Bool {
        var followsBracket = false
        for byte in source.utf8 {
            if followsBracket, byte == UInt8(ascii: ":") { return true }
            followsBracket = byte == UInt8(ascii: "]")
        }
        return false
    }
}
