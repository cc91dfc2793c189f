/// Writes HTML from parser events; the only source of tags and attributes.
///
/// Functions answer false once `maxBytes` are written: the parse then stops, and `finish` closes what is open.
struct MarkdownWriter {
    private let maxBytes: Int
    private var html = HTMLBuffer()
    private var blocks: [String] = []
    private var finishedBytes = 0
    /// The end tags of what is open, innermost last; empty where an element was left out.
    private var endTags: [StaticString] = []
    /// How much was open when each open block began, itself included. The parser loses the end of a span now and then, where
    /// emphasis and bare addresses overlap; what a block leaves open ends with it.
    private var openBlocks: [(endTags: Int, anchors: Int)] = []
    /// The code block being collected: it is coloured when it is whole.
    private var code: (language: String, bytes: [UInt8])?
    /// Addresses of the open links and images, innermost last; nil where no anchor was written.
    private var anchors: [(link: SafeLink?, start: Int)] = []
    /// Levels of the headings under which the text stands, the reply's own, outermost first.
    private(set) var headings: [Int]
    private var lastBlock: MarkdownBlock?

    /// Deeper elements are left out, their text stays: no browser lays out thousands of nested quotes well.
    private static let maxDepth = 48

    /// - Parameter headings: of the text before, where this is the rest of one.
    init(maxBytes: Int, headings: [Int] = []) {
        self.maxBytes = maxBytes
        self.headings = headings
    }

    /// The blocks so far, the last one closed properly even if the parse was stopped inside it.
    mutating func finish() -> [String] {
        if code != nil { writeCode() }
        while !endTags.isEmpty { close() }
        endBlock()
        return blocks
    }

    mutating func enter(_ block: MarkdownBlock) -> Bool {
        if endTags.isEmpty { lastBlock = block }
        if block == .document { return true }
        begin(block)
        openBlocks.append((endTags.count, anchors.count))
        return hasRoom
    }

    private mutating func begin(_ block: MarkdownBlock) {
        switch block {
        case .document: break
        case .quote: open("<blockquote>", "</blockquote>")
        case .unorderedList: open("<ul>", "</ul>")
        case .orderedList(let start): openOrderedList(start)
        case .item(let isDone): openItem(isDone)
        case .rule: open("<hr>", "")
        case .heading(let level): openHeading(level)
        case .code(let language): openCode(language)
        case .paragraph, .rawHTML: open("<p>", "</p>")
        case .table: open("<div class=\"scroll\" tabindex=\"0\"><table>", "</table></div>")
        case .tableHead: open("<thead>", "</thead>")
        case .tableBody: open("<tbody>", "</tbody>")
        case .tableRow: open("<tr>", "</tr>")
        case .headerCell(let alignment): openHeaderCell(alignment)
        case .cell(let alignment): openCell(alignment)
        }
    }

    mutating func leave(_ block: MarkdownBlock) -> Bool {
        if block == .document { return true }
        if code != nil { writeCode() }
        if let own = openBlocks.popLast() {
            while endTags.count > own.endTags { close() }
            anchors.removeLast(max(0, anchors.count - own.anchors))
        }
        close()
        if endTags.isEmpty { endBlock() }
        return hasRoom
    }

    mutating func enter(_ span: MarkdownSpan) -> Bool {
        switch span {
        case .plain: open("", "")
        case .emphasis: open("<em>", "</em>")
        case .strong: open("<strong>", "</strong>")
        case .deleted: open("<del>", "</del>")
        case .code: open("<code>", "</code>")
        case .link(let address): openAnchor(address, "<a href=\"")
        case .image(let address): openAnchor(address, "<a class=\"image\" href=\"")
        }
        return hasRoom
    }

    mutating func leave(_ span: MarkdownSpan) -> Bool {
        guard endTags.count > openBlocks.last?.endTags ?? 0 else { return hasRoom }
        switch span {
        case .link, .image: leaveAnchor()
        default: break
        }
        close()
        return hasRoom
    }

    mutating func text(_ kind: MarkdownText, _ bytes: UnsafeRawBufferPointer) -> Bool {
        if code != nil {
            code?.bytes.append(contentsOf: bytes)
            return hasRoom
        }
        switch kind {
        case .plain: html.text(bytes)
        case .entity: html.reference(bytes)
        case .nullCharacter: html.text("\u{FFFD}")
        case .hardBreak: html.markup("<br>\n")
        case .softBreak: html.markup("\n")
        }
        return hasRoom
    }

    /// Whether the text, where it ends in an empty line, ends in a block that no further text can reach.
    var isClosed: Bool {
        switch lastBlock {
        case .paragraph, .heading: true
        default: false
        }
    }

    /// Whether an event was refused for want of room.
    var isFull: Bool { !hasRoom }

    private var hasRoom: Bool {
        finishedBytes + html.bytes.count + (code?.bytes.count ?? 0) <= maxBytes
    }

    private mutating func open(_ startTag: StaticString, _ endTag: StaticString) {
        let isTooDeep = endTags.count >= Self.maxDepth
        if !isTooDeep { html.markup(startTag) }
        endTags.append(isTooDeep ? "" : endTag)
    }

    private mutating func close() {
        if let endTag = endTags.popLast() { html.markup(endTag) }
    }

    private mutating func endBlock() {
        guard !html.bytes.isEmpty else { return }
        finishedBytes += html.bytes.count
        blocks.append(html.take())
    }
}

// MARK: - Elements with attributes

extension MarkdownWriter {
    private mutating func openOrderedList(_ start: Int) {
        guard start != 1, endTags.count < Self.maxDepth else { return open("<ol>", "</ol>") }
        open("<ol start=\"", "</ol>")
        html.text(String(start))
        html.markup("\">")
    }

    private mutating func openItem(_ isDone: Bool?) {
        switch isDone {
        case nil: open("<li>", "</li>")
        case true: open("<li class=\"task\">☑ ", "</li>")
        case false: open("<li class=\"task\">☐ ", "</li>")
        }
    }

    /// The page has its own first and second level; a reply's headings stand below them, and each one level below the
    /// one that it belongs to: a reply that begins with its second level, or skips one, skips none on the page.
    private mutating func openHeading(_ level: Int) {
        headings.removeAll { $0 >= level }
        headings.append(level)
        switch headings.count {
        case 1: open("<h3>", "</h3>")
        case 2: open("<h4>", "</h4>")
        case 3: open("<h5>", "</h5>")
        default: open("<h6>", "</h6>")
        }
    }

    private mutating func openHeaderCell(_ alignment: MarkdownAlignment) {
        switch alignment {
        case .natural, .left: open("<th scope=\"col\">", "</th>")
        case .center: open("<th scope=\"col\" class=\"center\">", "</th>")
        case .right: open("<th scope=\"col\" class=\"right\">", "</th>")
        }
    }

    private mutating func openCell(_ alignment: MarkdownAlignment) {
        switch alignment {
        case .natural, .left: open("<td>", "</td>")
        case .center: open("<td class=\"center\">", "</td>")
        case .right: open("<td class=\"right\">", "</td>")
        }
    }
}

// MARK: - Links and images

extension MarkdownWriter {
    private mutating func openAnchor(_ address: String, _ startTag: StaticString) {
        let isNested = anchors.contains { $0.link != nil } || endTags.count >= Self.maxDepth
        let link = isNested ? nil : SafeLink(address)
        if let link {
            open(startTag, "</a>")
            html.text(link.address)
            html.markup("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">")
        } else {
            open("", "")
        }
        anchors.append((link, html.bytes.count))
    }

    /// A link without a text of its own, as an image without a description, shows its address.
    private mutating func leaveAnchor() {
        guard let (link, start) = anchors.popLast(), let link, html.bytes.count == start else { return }
        html.text(link.address)
    }
}

// MARK: - Code

extension MarkdownWriter {
    private mutating func openCode(_ language: String) {
        code = (language, [])
        open("<pre tabindex=\"0\">", "</pre>")
    }

    private mutating func writeCode() {
        guard let (language, bytes) = code else { return }
        code = nil
        html.markup("<code")
        if let name = CodeLanguage.name(language) {
            html.markup(" class=\"language-")
            html.text(name)
            html.markup("\"")
        }
        html.markup(">")
        for token in CodeLanguage.named(language).tokens(in: bytes) where hasRoom { write(token, of: bytes) }
        html.markup("</code>")
    }

    private mutating func write(_ token: CodeToken, of bytes: [UInt8]) {
        guard let kind = token.kind else { return html.text(bytes[token.range]) }
        html.markup("<span class=\"")
        html.text(kind.rawValue)
        html.markup("\">")
        html.text(bytes[token.range])
        html.markup("</span>")
    }
}
