import Foundation

/// The fields of a form with a file in it (RFC 7578). A file is a field with its text.
///
/// Only what browsers send: one level, no transfer encodings, UTF-8. What is no UTF-8 in a file becomes U+FFFD, so that
/// whoever reads the file can say what is wrong with it.
struct MultipartForm {
    let fields: [(name: String, value: String)]

    private static let mostFields = 1000

    /// The mark between two parts; nil for another type of content.
    static func boundary(of contentType: String) -> String? {
        guard contentType.lowercased().hasPrefix("multipart/form-data") else { return nil }
        let parameter = contentType.split(separator: ";").map { String($0).trimmed }
            .first { $0.lowercased().hasPrefix("boundary=") }
        guard let text = parameter?.dropFirst("boundary=".count) else { return nil }
        let boundary =
            text.hasPrefix("\"") && text.hasSuffix("\"") && text.count > 1 ? text.dropFirst().dropLast() : text
        return (1...70).contains(boundary.utf8.count) ? String(boundary) : nil
    }

    /// Nil for what is not well formed.
    init?(_ body: Data, boundary: String) {
        // The first mark has no line before it; with one, all are alike.
        let bytes = Data("\r\n".utf8) + body
        let mark = Data("\r\n--\(boundary)".utf8)
        guard var found = bytes.range(of: mark), found.lowerBound == bytes.startIndex else { return nil }
        var fields: [(name: String, value: String)] = []
        while true {
            let rest = bytes[found.upperBound...]
            if rest.starts(with: Data("--".utf8)) { break }
            guard rest.starts(with: Data("\r\n".utf8)), let next = rest.range(of: mark), fields.count < Self.mostFields,
                let field = Self.field(rest[(rest.startIndex + 2)..<max(rest.startIndex + 2, next.lowerBound)])
            else { return nil }
            fields.append(field)
            found = next
        }
        self.fields = fields
    }

    private static func field(_ part: Data) -> (name: String, value: String)? {
        guard let end = part.range(of: Data("\r\n\r\n".utf8)),
            let head = String(validating: part[..<end.lowerBound], as: UTF8.self)
        else { return nil }
        let lines = head.split(separator: "\r\n").map(String.init)
        let prefix = "content-disposition: form-data; name=\""
        guard let line = lines.first(where: { $0.lowercased().hasPrefix(prefix) }) else { return nil }
        let name = String(line.dropFirst(prefix.count).prefix { $0 != "\"" })
        let content = part[end.upperBound...]
        if line.contains("; filename=") {
            return (name, String(decoding: content, as: UTF8.self).replacing("\0", with: "\u{FFFD}"))
        }
        return String(validating: content, as: UTF8.self).map { (name, $0) }
    }

    /// The same as a browser sends a form without files.
    var encoded: String {
        fields.map { Self.escaped($0.name) + "=" + Self.escaped($0.value) }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.intersection(ascii)) ?? ""
    }

    private static let ascii = CharacterSet(charactersIn: "\u{1}"..."\u{7E}")
}
