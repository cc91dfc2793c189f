/// An independent judge of what the Markdown writer produced: reads the HTML as a browser's tokenizer would and accepts
/// only balanced tags and attributes from the list.
struct HTMLOracle {
    struct Objection: Error, CustomStringConvertible {
        let description: String
    }

    private static let attributes: [String: Set<String>] = [
        "p": [], "em": [], "strong": [], "del": [], "blockquote": [], "ul": [], "thead": [], "tbody": [], "tr": [],
        "table": [], "hr": [], "br": [], "h3": [], "h4": [], "h5": [], "h6": [], "ol": ["start"], "li": ["class"],
        "pre": ["tabindex"], "code": ["class"], "span": ["class"], "div": ["class", "tabindex"],
        "th": ["scope", "class"], "td": ["class"], "a": ["class", "href", "rel", "target"],
    ]
    private static let empty: Set<String> = ["hr", "br"]

    private var rest: Substring
    private var open: [String] = []

    static func check(_ html: String) throws {
        var oracle = HTMLOracle(rest: html[...])
        while !oracle.rest.isEmpty { try oracle.step() }
        guard oracle.open.isEmpty else { throw Objection(description: "left open: \(oracle.open)") }
    }

    private mutating func step() throws {
        rest = rest.drop { $0 != "<" }
        guard let end = rest.firstIndex(of: ">") else {
            guard rest.isEmpty else { throw Objection(description: "a tag without an end: \(rest.prefix(80))") }
            return
        }
        let tag = rest[..<end].dropFirst()
        rest = rest[end...].dropFirst()
        try tag.hasPrefix("/") ? close(String(tag.dropFirst())) : start(tag)
    }

    private mutating func close(_ name: String) throws {
        guard open.popLast() == name else { throw Objection(description: "</\(name)> closes nothing") }
    }

    private mutating func start(_ tag: Substring) throws {
        let name = String(tag.prefix { $0 != " " })
        guard let allowed = Self.attributes[name] else { throw Objection(description: "the tag <\(tag)>") }
        var parts = tag.dropFirst(name.count)
        while !parts.isEmpty { try attribute(of: name, &parts, allowed) }
        if !Self.empty.contains(name) { open.append(name) }
    }

    private func attribute(of tag: String, _ parts: inout Substring, _ allowed: Set<String>) throws {
        let pieces = parts.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
        guard pieces.count == 2, allowed.contains(String(pieces[0])), pieces[1].hasPrefix("\"") else {
            throw Objection(description: "in <\(tag)>: \(parts.prefix(80))")
        }
        let value = pieces[1].dropFirst().prefix { $0 != "\"" }
        parts = pieces[1].dropFirst(value.count + 2)
        if pieces[0] == "href", !["http://", "https://", "mailto:"].contains(where: value.lowercased().hasPrefix) {
            throw Objection(description: "leads to \(value)")
        }
    }
}
