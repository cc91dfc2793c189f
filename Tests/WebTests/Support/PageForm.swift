import Testing

@testable import Web

/// What a browser would send of a form if nobody touched it; no button is pressed.
struct PageForm {
    private(set) var fields: [(name: String, value: String)] = []

    /// - Parameter action: as it stands in the page.
    init(_ html: String, action: String) throws {
        let start = try #require(html.firstRange(of: "action=\"\(action)\""), "no form \(action) on the page")
        let rest = html[start.upperBound...]
        let form = rest[..<(rest.firstRange(of: "</form>")?.lowerBound ?? rest.endIndex)]
        for control in form.matches(of: /<(input|select|textarea)\b([^>]*)>([\s\S]*?)(?=<input|<select|<textarea|$)/) {
            guard let name = Self.attribute("name", of: control.2) else { continue }
            switch control.1 {
            case "textarea":
                let end = control.3.firstRange(of: "</textarea>")?.lowerBound ?? control.3.endIndex
                add(name, String(control.3[..<end]))
            case "select": add(name, Self.selected(control.3))
            default:
                let isBox = ["checkbox", "radio"].contains(Self.attribute("type", of: control.2))
                let isSent = !isBox || control.2.contains(" checked")
                if isSent { add(name, Self.attribute("value", of: control.2) ?? "on") }
            }
        }
    }

    /// What is typed or chosen instead; a name that is not there yet is added.
    func with(_ changes: [String: String]) -> [(String, String)] {
        let known = fields.map { ($0.name, changes[$0.name] ?? $0.value) }
        let names = Set(fields.map(\.name))
        return known + changes.filter { !names.contains($0.key) }.map { ($0.key, $0.value) }
    }

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    private mutating func add(_ name: String, _ value: String) {
        if name != "token" { fields.append((name, value.unescaped)) }
    }

    private static func selected(_ options: Substring) -> String {
        let all = options.matches(of: /<option value="([^"]*)"( selected)?>/)
        return String((all.first { $0.2 != nil } ?? all.first)?.1 ?? "")
    }

    private static func attribute(_ name: String, of tag: Substring) -> String? {
        guard let start = tag.firstRange(of: " \(name)=\"") else { return nil }
        return String(tag[start.upperBound...].prefix { $0 != "\"" })
    }
}

extension String {
    fileprivate var unescaped: String {
        replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }
}

extension AdminDesk {
    /// Opens a page, changes a form on it and sends that.
    func send(
        _ action: String, on page: String, _ changes: [String: String] = [:], pressing intent: String? = nil
    ) async throws -> Answer {
        let form = try PageForm(try await browser.get(page).text, action: action)
        let path = String(action.prefix { $0 != "#" })
        return try await post(path, form.with(changes) + (intent.map { [("intent", $0)] } ?? []))
    }
}
