import Core
import Foundation

/// A value in the state that an audit entry keeps as JSON.
enum AuditValue: Decodable, Hashable {
    case nothing
    case flag(Bool)
    case number(Int64)
    case text(String)
    case list([AuditValue])
    case object([String: AuditValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .nothing
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Int64.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([AuditValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: AuditValue].self))
        }
    }

    /// The state that `json` tells of, flat: `allowance tokens per day` → 25,000.
    static func flat(_ json: String?) -> [String: AuditValue] {
        guard let json, let value = try? JSONDecoder().decode(AuditValue.self, from: Data(json.utf8)) else {
            return [:]
        }
        var flat: [String: AuditValue] = [:]
        value.flatten(under: [], into: &flat)
        return flat
    }

    private func flatten(under path: [String], into flat: inout [String: AuditValue]) {
        switch self {
        case .object(let members) where members.isEmpty:
            // A case without values, such as the disconnect policy `drain`.
            flat[Self.name(Array(path.dropLast()))] = path.last.map(AuditValue.text) ?? .nothing
        case .object(let members) where Set(members.keys) == ["milliseconds"]:
            flat[Self.name(path)] = self
        case .object(let members):
            for (key, value) in members { value.flatten(under: path + [key], into: &flat) }
        default:
            flat[Self.name(path)] = self
        }
    }

    /// Without the parts that say nothing, `tokensPerDay` as `tokens per day`; what is words already, as it is.
    private static func name(_ path: [String]) -> String {
        path.filter { !["settings", "allowance", "tariff"].contains($0) }.map { part in
            if part == "baseURL" { return "address" }
            return part.contains(" ") ? part : part.replacing(/[A-Z]/) { " " + $0.output.lowercased() }
        }.joined(separator: " ")
    }
}

extension AuditValue {
    /// - Parameter names: of the things that identifiers in the log stand for.
    func text(_ names: [String: String], zone: TimeZone, _ words: Words) -> String {
        switch self {
        case .nothing: "—"
        case .flag(let flag): flag ? words("yes") : words("no")
        case .number(let number): words.number(number)
        case .text(let text): text.isEmpty ? "—" : names[text] ?? text
        case .list(let values): list(values, names, zone: zone, words)
        case .object(let members):
            if case .number(let milliseconds) = members["milliseconds"] {
                Moment(Timestamp(milliseconds: milliseconds), zone: zone).text
            } else {
                members.sorted { $0.key < $1.key }.map { key, value in
                    Self.name([key]) + " " + value.text(names, zone: zone, words)
                }.joined(separator: ", ")
            }
        }
    }

    /// A list of names is a set; in a list of rules the order says something.
    private func list(_ values: [AuditValue], _ names: [String: String], zone: TimeZone, _ words: Words) -> String {
        let texts = values.map { $0.text(names, zone: zone, words) }
        guard case .object = values.first else { return words.list(texts) }
        return texts.map { "(\($0))" }.joined(separator: " ")
    }
}
