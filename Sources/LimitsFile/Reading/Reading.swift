import Core
import Yams

/// Reads a plan from the tree of a file, and notes everything that is wrong on the way instead of stopping there.
struct Reading {
    private(set) var flaws: [LimitsFileFlaw] = []

    mutating func refuse(_ reason: String, at line: Int?) {
        flaws.append(LimitsFileFlaw(line: line, reason: reason))
    }

    // MARK: Mappings

    /// One key of a mapping with its value.
    struct Field {
        let key: String
        let line: Int?
        let value: Node
    }

    /// The keys of one mapping, in the order of the file.
    struct Fields {
        var all: [Field]
        let line: Int?

        subscript(key: String) -> Field? { all.first { $0.key == key } }
    }

    /// - Returns: nil, and notes why, where `node` is no mapping.
    mutating func fields(of node: Node, called name: String, line: Int?) -> Fields? {
        guard case .mapping(let mapping) = node else {
            refuse("\(name) needs keys with values below it, not \(node.kind)", at: line)
            return nil
        }
        var fields = Fields(all: [], line: line ?? mapping.mark?.line)
        for (key, value) in mapping {
            guard let key = key.scalar else {
                refuse("a key must be a name", at: key.mark?.line)
                continue
            }
            fields.all.append(Field(key: key.string, line: key.mark?.line, value: value))
        }
        return fields
    }

    /// The same where only `known` keys have a meaning.
    mutating func fields(of node: Node, called name: String, line: Int?, known: [String]) -> Fields? {
        guard let fields = fields(of: node, called: name, line: line) else { return nil }
        for field in fields.all where !known.contains(field.key) { refuse(field, known) }
        return fields
    }

    private mutating func refuse(_ unknown: Field, _ known: [String]) {
        if unknown.key == "<<" { return refuse("merge keys (<<) are not taken", at: unknown.line) }
        refuse("unknown key \(unknown.key.quoted)\(unknown.key.hint(among: known))", at: unknown.line)
    }

    // MARK: Lists

    mutating func list(_ field: Field) -> [Node] {
        guard case .sequence(let sequence) = field.value else {
            refuse("\(field.key) must be a list, not \(field.value.kind)", at: field.line)
            return []
        }
        return Array(sequence)
    }
}

extension Node {
    /// What it is, for whoever expected something else.
    var kind: String {
        switch self {
        case .scalar(let scalar): scalar.isEmpty ? "nothing" : scalar.string.quoted
        case .sequence: "a list"
        case .mapping: "keys with values"
        case .alias: "an alias"
        }
    }
}

extension Node.Scalar {
    /// Neither text nor quotes, or what YAML calls null.
    var isEmpty: Bool { style == .plain && ["", "~", "null", "Null", "NULL"].contains(string) }
}
