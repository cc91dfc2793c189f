import FoundationEssentials

/// The tokens of an encoding in the order of their ranks, read from OpenAI's text file: one token a line, as base64,
/// a space, its rank.
public struct Vocabulary: Sendable {
    public let encoding: Encoding
    let tokens: [[UInt8]]

    /// - Parameter text: the file's bytes. Their SHA-256 is the caller's to compare with `Encoding.vocabularySHA256`:
    ///   this room has no cryptography.
    /// - Throws: `VocabularyError` for anything but the whole vocabulary of `encoding`.
    public init(text: [UInt8], encoding: Encoding) throws(VocabularyError) {
        self.encoding = encoding
        var tokens: [[UInt8]] = []
        tokens.reserveCapacity(encoding.tokenCount)
        for line in text.split(separator: UInt8(ascii: "\n")) {
            tokens.append(try Self.token(line, rank: tokens.count))
        }
        guard tokens.count == encoding.tokenCount else {
            throw VocabularyError(
                reason: "it has \(tokens.count) tokens, not the \(encoding.tokenCount) of \(encoding.rawValue)")
        }
        guard Set(tokens.lazy.filter { $0.count == 1 }).count == 256 else {
            throw VocabularyError(reason: "some single byte is no token")
        }
        self.tokens = tokens
    }

    private static func token(_ line: ArraySlice<UInt8>, rank: Int) throws(VocabularyError) -> [UInt8] {
        let fields = line.split(separator: UInt8(ascii: " "))
        guard fields.count == 2,
            let bytes = Data(base64Encoded: Data(fields[0])),
            (1...TableLayout.longestToken).contains(bytes.count),
            Int(String(decoding: fields[1], as: UTF8.self)) == rank
        else { throw VocabularyError(reason: "line \(rank + 1) is not a token in base64 and its rank \(rank)") }
        return [UInt8](bytes)
    }
}

/// The text is not the vocabulary it should be.
public struct VocabularyError: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String

    public var description: String { "This is not the vocabulary: \(reason)." }
}
