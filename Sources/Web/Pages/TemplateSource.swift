/// A template before Mustache reads it: our own tags are resolved here, and Mustache's are listed for checking.
struct TemplateSource {
    /// `layout` or `admin/tiers`.
    let name: String
    let text: String

    /// The inside of every `{{…}}` in order, blanks trimmed; for `{{{x}}}` the inside begins with a brace.
    var tags: [Substring] {
        var tags: [Substring] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            tags.append(rest[start.upperBound..<end.lowerBound].trimmed)
            rest = rest[end.upperBound...]
        }
        return tags
    }

    /// The partials and layouts that it pulls in.
    var references: [String] {
        tags.filter { $0.hasPrefix(">") || $0.hasPrefix("<") }.map { String($0.dropFirst().trimmed) }
    }

    /// The names that it prints or decides by: `frame.title`. `.` is the row itself.
    var names: [String] {
        tags.compactMap { tag in
            guard let first = tag.first, !">/<!$".contains(first) else { return nil }
            return String(tag.drop { "#^{&".contains($0) }.trimmed)
        }
    }

    /// The names that are printed without escaping.
    var unescapedNames: [String] {
        tags.filter { $0.hasPrefix("{") || $0.hasPrefix("&") }.map { String($0.dropFirst().trimmed) }
    }

    /// Replaces `{{"sentence"}}` by the sentence in the language of `words`, escaped, its `{places}` as variables, and
    /// `{{static "name"}}` by the address of the file.
    ///
    /// - Throws: `TemplateError` for a file that is not there.
    func resolved(_ words: Words, _ files: StaticFiles) throws -> TemplateSource {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            result += rest[..<start.lowerBound]
            let tag = rest[start.upperBound..<end.lowerBound]
            result += try replacement(tag, words, files) ?? "{{\(tag)}}"
            rest = rest[end.upperBound...]
        }
        return TemplateSource(name: name, text: result + rest)
    }

    private func replacement(_ tag: Substring, _ words: Words, _ files: StaticFiles) throws -> String? {
        if let sentence = tag.quoted {
            return words(String(sentence)).htmlEscaped.replacing("{", with: "{{").replacing("}", with: "}}")
        }
        guard tag.hasPrefix("static "), let file = tag.dropFirst(7).trimmed.quoted else { return nil }
        guard let address = files.address(of: String(file)) else {
            throw TemplateError(template: name, message: "no static file is called \(file)")
        }
        return address
    }
}

/// A template that would print nothing where something is meant.
struct TemplateError: Error, CustomStringConvertible, Equatable {
    let template: String
    let message: String

    var description: String { "templates/\(template).mustache: \(message)" }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var result = drop(while: \.isWhitespace)
        while result.last?.isWhitespace == true { result.removeLast() }
        return result
    }

    /// What stands between the quotation marks, if it is nothing but that.
    fileprivate var quoted: Substring? {
        count >= 2 && first == "\"" && last == "\"" ? dropFirst().dropLast() : nil
    }
}
