/// An independent judge of what the Markdown writer produced: reads the HTML byte by byte, as a browser's tokenizer would,
/// and accepts only balanced tags and attributes from the list.
public struct HTMLOracle {
    public struct Objection: Error, CustomStringConvertible {
        public let description: String
    }

    private static let attributes: [String: Set<String>] = [
        "p": [], "em": [], "strong": [], "del": [], "blockquote": [], "ul": [], "thead": [], "tbody": [], "tr": [],
        "table": [], "hr": [], "br": [], "h3": [], "h4": [], "h5": [], "h6": [], "ol": ["start"], "li": ["class"],
        "pre": ["tabindex"], "code": ["class"], "span": ["class"], "div": ["class", "tabindex"],
        "th": ["scope", "class"], "td": ["class"], "a": ["class", "href", "rel", "target"],
    ]
    private static let empty: Set<String> = ["hr", "br"]

    private var rest: Substring.UTF8View
    private var open: [String] = []

    /// - Throws: `Objection`.
    public static func check(_ html: String) throws {
        var oracle = HTMLOracle(rest: html[...].utf8)
        while let byte = oracle.rest.popFirst() {
            switch byte {
            case UInt8(ascii: "<"): try oracle.tag()
            case UInt8(ascii: "&"): try oracle.reference()
            case UInt8(ascii: ">"), 0: throw Objection(description: "\(byte) in the text")
            default: break
            }
        }
        guard oracle.open.isEmpty else { throw Objection(description: "left open: \(oracle.open)") }
    }

    private mutating func tag() throws {
        let isEnd = take(UInt8(ascii: "/"))
        let name = takeName()
        guard let allowed = Self.attributes[name] else { throw Objection(description: "the tag <\(name)\(start)") }
        if isEnd {
            guard open.popLast() == name, take(UInt8(ascii: ">")) else {
                throw Objection(description: "</\(name)> closes nothing")
            }
            return
        }
        var seen: Set<String> = []
        while take(UInt8(ascii: " ")) {
            let attribute = takeName()
            guard allowed.contains(attribute), seen.insert(attribute).inserted, take(UInt8(ascii: "=")),
                take(UInt8(ascii: "\""))
            else { throw Objection(description: "in <\(name)>: \(attribute)\(start)") }
            try check(try takeValue(), of: attribute)
        }
        guard take(UInt8(ascii: ">")) else { throw Objection(description: "in <\(name)>: \(start)") }
        if name == "a" && open.contains("a") { throw Objection(description: "an anchor within an anchor") }
        if !Self.empty.contains(name) { open.append(name) }
    }

    private func check(_ value: String, of attribute: String) throws {
        let isFit =
            switch attribute {
            case "href": Self.leadsOut(value)
            case "rel": value == "noopener noreferrer nofollow"
            case "target": value == "_blank"
            case "scope": value == "col"
            case "tabindex": value == "0"
            case "start": !value.isEmpty && value.utf8.allSatisfy { (0x30...0x39).contains($0) }
            default: value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'<>&=".utf8.contains($0) }
            }
        guard isFit else { throw Objection(description: "\(attribute) is \(value)") }
    }

    private static func leadsOut(_ address: String) -> Bool {
        ["http://", "https://", "mailto:"].contains {
            address.utf8.count > $0.utf8.count && address.lowercased().hasPrefix($0)
        }
            && address.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// The ampersand was read. One that stands for itself is written as a reference, too.
    private mutating func reference() throws {
        let name = rest.prefix { $0 != UInt8(ascii: ";") }
        let isNumber = name.first == UInt8(ascii: "#")
        let letters = isNumber ? name.dropFirst() : name
        let isPlain = letters.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        }
        guard isPlain, !letters.isEmpty, name.endIndex != rest.endIndex else {
            throw Objection(description: "an ampersand before \(start)")
        }
        rest = rest[name.endIndex...].dropFirst()
    }

    /// What is left, for a message.
    private var start: String { String(decoding: rest.prefix(80), as: UTF8.self) }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func takeName() -> String {
        let name = rest.prefix { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        rest = rest[name.endIndex...]
        return String(decoding: name, as: UTF8.self)
    }

    /// Up to its quotation mark, which is read as well.
    private mutating func takeValue() throws -> String {
        let value = rest.prefix { $0 != UInt8(ascii: "\"") }
        guard value.endIndex != rest.endIndex, !value.contains(where: { $0 == 0x3C || $0 == 0x3E }) else {
            throw Objection(description: "a value that does not end: \(start)")
        }
        rest = rest[value.endIndex...].dropFirst()
        return String(decoding: value, as: UTF8.self)
    }
}
