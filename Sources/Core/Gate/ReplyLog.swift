/// Everything a reply has brought so far, in order. It is kept once; each reader has only a position in it.
struct ReplyLog: Sendable {
    enum Kind: Sendable {
        case text, reasoning
        /// Calls to the client's functions.
        case toolCall
    }

    /// A stretch of one kind, from the end of the one before it.
    private struct Stretch: Sendable {
        var kind: Kind
        /// In UTF-8 bytes from the beginning.
        var end: Int
    }

    private var content = ""
    private var stretches: [Stretch] = []

    mutating func append(_ piece: String, as kind: Kind) {
        guard !piece.isEmpty else { return }
        content += piece
        if stretches.last?.kind == kind { stretches.removeLast() }
        stretches.append(Stretch(kind: kind, end: content.utf8.count))
    }

    /// What follows `position`, up to where the kind changes, and the position after it.
    func piece(after position: Int) -> (kind: Kind, piece: String, end: Int)? {
        guard let stretch = stretches.first(where: { $0.end > position }) else { return nil }
        return (stretch.kind, slice(position, stretch.end), stretch.end)
    }

    /// All of one kind.
    func all(_ kind: Kind) -> String {
        if stretches.count == 1 { return stretches[0].kind == kind ? content : "" }
        var position = 0
        var joined = ""
        for stretch in stretches {
            if stretch.kind == kind { joined += slice(position, stretch.end) }
            position = stretch.end
        }
        return joined
    }

    private func slice(_ start: Int, _ end: Int) -> String {
        let bytes = content.utf8
        return String(
            content[bytes.index(bytes.startIndex, offsetBy: start)..<bytes.index(bytes.startIndex, offsetBy: end)])
    }
}
