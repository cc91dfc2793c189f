/// Markdown as language models write it, turned into HTML that is safe inside our pages.
///
/// CommonMark with tables, task lists, strikethrough and bare links. The text is hostile until proven otherwise:
/// - raw HTML is shown as the text it is;
/// - links lead to `http`, `https` or `mailto` or are plain text;
/// - images are never loaded (a loaded image tells its host what the reader reads), they become links;
/// - every tag and attribute comes from `MarkdownWriter`, none from the text.
///
/// The work is bounded: a table of 27 kB can ask for 90 MB of HTML, so writing stops at `maxOutputBytes`.
enum Markdown {
    static let maxOutputBytes = 1 << 20
    static let maxInputBytes = 4 << 20

    struct Rendering: Sendable, Hashable {
        /// One element per top-level block, each well-formed by itself: a stream sends only those that changed.
        var blocks: [String]
        /// Whether the text went on where the output ended.
        var isCut: Bool

        var html: String { blocks.joined(separator: "\n") }
    }

    static func render(_ text: String, maxOutputBytes: Int = Markdown.maxOutputBytes) -> Rendering {
        var writer = MarkdownWriter(maxBytes: maxOutputBytes)
        let isWhole = MarkdownParser.parse(text, maxBytes: maxInputBytes, into: &writer)
        return Rendering(blocks: writer.finish(), isCut: !isWhole)
    }

    static func blocks(of text: String) -> [String] {
        render(text).blocks
    }
}
