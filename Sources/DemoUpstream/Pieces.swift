/// The stand-in's tokens: a text is cut into pieces, and a piece is a token, in prompts and in replies alike.
///
/// A piece is up to six letters or digits, with one space before them; or a run of line feeds; or any other single
/// character, with one space before it. The pieces joined are the text again. It is not how any model counts:
/// it is a rule that a test can apply with the naked eye.
public enum Pieces {
    private static let longestWord = 6

    public static func count(_ text: String) -> Int {
        split(text).count
    }

    public static func split(_ text: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            let piece = rest.prefix(upTo: end(ofFirstPieceOf: rest))
            pieces.append(piece)
            rest = rest[piece.endIndex...]
        }
        return pieces
    }

    private static func end(ofFirstPieceOf text: Substring) -> Substring.Index {
        var start = text.startIndex
        if text[start] == " ", let next = text.index(start, offsetBy: 1, limitedBy: text.endIndex), next < text.endIndex
        {
            start = next
        }
        let tail = text[start...]
        if isWord(tail[start]) { return tail.prefix(longestWord).prefix(while: isWord).endIndex }
        if tail[start] == "\n", start == text.startIndex { return tail.prefix { $0 == "\n" }.endIndex }
        return text.index(after: start)
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber
    }
}
