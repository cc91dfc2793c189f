/// What the parser meets, in the order of the text. The tree has no other form: nothing is kept in memory.
enum MarkdownBlock: Equatable {
    case document, quote, unorderedList, rule, paragraph, rawHTML
    case orderedList(start: Int)
    /// `isDone` is nil where the item is no task.
    case item(isDone: Bool?)
    /// 1 to 6.
    case heading(level: Int)
    /// The first word after the fence, as written.
    case code(language: String)
    case table, tableHead, tableBody, tableRow
    case headerCell(MarkdownAlignment)
    case cell(MarkdownAlignment)
}

enum MarkdownAlignment: Equatable {
    case natural, left, center, right
}

enum MarkdownSpan: Equatable {
    case plain, emphasis, strong, deleted, code
    /// The address with its character references already resolved.
    case link(String)
    case image(String)
}

enum MarkdownText: Equatable {
    case plain
    /// A character reference such as `&amp;`, with the ampersand and the semicolon.
    case entity
    case nullCharacter, hardBreak, softBreak
}
