/// A place in source code, and the steps that every lexer takes from it.
struct CodeCursor {
    let source: [UInt8]
    var position = 0

    init(_ source: [UInt8]) {
        self.source = source
    }

    var isAtEnd: Bool { position >= source.count }
    var byte: UInt8 { source[position] }

    func startsWith(_ mark: [UInt8]) -> Bool {
        guard position + mark.count <= source.count else { return false }
        for offset in mark.indices where source[position + offset] != mark[offset] { return false }
        return true
    }

    mutating func skip(while condition: (UInt8) -> Bool) {
        while position < source.count, condition(source[position]) { position += 1 }
    }

    /// Goes behind the next `mark`, or to the end of the text.
    mutating func skip(through mark: [UInt8]) {
        while !isAtEnd, !startsWith(mark) { position += 1 }
        position = min(position + mark.count, source.count)
    }

    /// Goes to the end of the line, in front of its line feed.
    mutating func skipLine() {
        skip { $0 != UInt8(ascii: "\n") }
    }
}
