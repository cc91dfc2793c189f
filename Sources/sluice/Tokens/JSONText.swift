import Foundation

/// A JSON string as tiktoken's Python would see it: an escaped surrogate without its other half is U+FFFD.
enum JSONText {
    /// Nil if `line` is not one JSON string.
    static func string(_ line: String) -> String? {
        decode(line) ?? decode(withoutLoneSurrogates(line))
    }

    private static func decode(_ line: String) -> String? {
        try? JSONDecoder().decode(String.self, from: Data(line.utf8))
    }

    /// A pair of surrogates, or a backslash with the character it escapes, stays; a lone surrogate is replaced.
    private static func withoutLoneSurrogates(_ line: String) -> String {
        line.replacing(/\\u[dD][89abAB]\p{AHex}{2}\\u[dD][c-fC-F]\p{AHex}{2}|\\u[dD][89a-fA-F]\p{AHex}{2}|\\./) {
            escape in
            escape.output.count == 6 ? "\\ufffd" : escape.output
        }
    }
}
