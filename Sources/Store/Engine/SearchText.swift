import Foundation

extension String {
    /// The form in which text is compared when somebody searches: without case and accents, alike in every engine.
    var searchable: String {
        folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    }

    /// A pattern for `LIKE … ESCAPE '\'` that finds this text anywhere, whatever characters it has.
    var likePattern: String {
        let escaped = searchable.map { "\\%_".contains($0) ? "\\\($0)" : String($0) }
        return "%" + escaped.joined() + "%"
    }

    /// The words of a search, as patterns; the first eight.
    var searchPatterns: [String] {
        split(whereSeparator: \.isWhitespace).prefix(8).map { String($0.prefix(100)).likePattern }
    }
}
