extension YAMLSubset {
    enum Refusal: Error {
        case anchor, alias, tag, directive, blockScalar, complexKey, severalLines, nesting, tabIndentation
        case invisible(Unicode.Scalar)
        case twice(String, first: Int)

        var reason: String {
            switch self {
            case .anchor: "anchors (&…) are not taken; text that begins so must stand in quotes"
            case .alias: "aliases (*…) are not taken; text that begins so must stand in quotes"
            case .tag: "tags (!…) are not taken; text that begins so must stand in quotes"
            case .directive: "directives (%…) are not taken"
            case .blockScalar: "text in blocks (| and >) is not taken"
            case .complexKey: "complex keys (? …) are not taken"
            case .severalLines: "a value must begin and end on the same line"
            case .nesting: "nested deeper than \(YAMLSubset.deepestNesting) levels"
            case .tabIndentation: "indented with a tab; use spaces"
            case .invisible(let scalar): "the invisible character \(scalar.codePoint) is not taken"
            case .twice(let key, let first): "\(key.quoted) stands twice, first on line \(first)"
            }
        }
    }
}

extension Unicode.Scalar {
    /// `U+0007`.
    fileprivate var codePoint: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
