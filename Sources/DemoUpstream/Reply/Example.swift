/// Makes up a value that a JSON schema allows, always the same for the same schema and seed.
///
/// It heeds `$ref` within the schema, `anyOf`, `oneOf`, `allOf`, `const`, `enum`, `type`, `properties`, `required`,
/// `items`, the bounds of numbers, strings and arrays, and the usual formats; not `pattern`, `not` and conditions.
/// Optional members are left out, unless all are optional.
struct Example {
    /// A schema that needs itself has no end; here it has.
    private static let deepest = 12

    private let schema: JSON
    private var dice: Dice

    init(of schema: JSON, seed: String) {
        self.schema = schema
        dice = Dice(seed: seed)
    }

    mutating func value() -> JSON {
        value(schema, depth: 0)
    }

    private mutating func value(_ schema: JSON, depth: Int) -> JSON {
        let schema = resolved(schema, depth)
        if let constant = schema["const"] { return constant }
        if let values = schema["enum"]?.array { return values.randomElement(using: &dice) ?? nil }
        switch type(of: schema) {
        case "object": return object(schema, depth)
        case "array": return array(schema, depth)
        case "integer": return .integer(integer(schema))
        case "number": return .number(number(schema))
        case "boolean": return .bool(Bool.random(using: &dice))
        case "null": return nil
        default: return .string(string(schema))
        }
    }

    private func type(of schema: JSON) -> String? {
        if let types = schema["type"]?.array { return types.compactMap(\.string).first { $0 != "null" } ?? "null" }
        if let type = schema["type"]?.string { return type }
        if schema["properties"] != nil { return "object" }
        return schema["items"] == nil ? nil : "array"
    }
}

// Schemas that lead to others.
extension Example {
    private mutating func resolved(_ schema: JSON, _ depth: Int) -> JSON {
        var schema = schema
        for _ in 0..<Self.deepest {
            if let reference = schema["$ref"]?.string {
                schema = target(of: reference)
            } else if let all = schema["allOf"]?.array {
                schema = merged(all)
            } else if let choices = schema["anyOf"]?.array ?? schema["oneOf"]?.array {
                schema = pick(choices, depth)
            } else {
                break
            }
        }
        return schema
    }

    private func target(of reference: String) -> JSON {
        let path = reference.split(separator: "/").dropFirst(reference.hasPrefix("#") ? 1 : 0)
        return path.reduce(schema) { $0[String($1)] ?? nil }
    }

    private mutating func pick(_ choices: [JSON], _ depth: Int) -> JSON {
        let null = choices.first { $0["type"]?.string == "null" }
        if depth > Self.deepest / 2, let null { return null }
        return choices.filter { $0["type"]?.string != "null" }.randomElement(using: &dice) ?? null ?? nil
    }

    /// All that several schemas ask for: their properties together, else the last one's word.
    private mutating func merged(_ schemas: [JSON]) -> JSON {
        var members: [JSON.Member] = []
        for member in schemas.flatMap({ resolved($0, 0).members ?? [] }) {
            guard let place = members.firstIndex(where: { $0.name == member.name }) else {
                members.append(member)
                continue
            }
            members[place].value = members[place].value.joined(with: member.value)
        }
        return .object(members)
    }
}

// Values that consist of others.
extension Example {
    private mutating func object(_ schema: JSON, _ depth: Int) -> JSON {
        guard depth < Self.deepest else { return .object([]) }
        let properties = schema["properties"]?.members ?? []
        let required = schema["required"]?.array?.compactMap(\.string) ?? properties.map(\.name)
        return .object(
            required.map { name in
                JSON.Member(name: name, value: value(schema["properties"]?[name] ?? .object([]), depth: depth + 1))
            })
    }

    private mutating func array(_ schema: JSON, _ depth: Int) -> JSON {
        let fewest = schema["minItems"]?.double.map(bounded) ?? 0
        let most = schema["maxItems"]?.double.map(bounded) ?? max(fewest, 2)
        let count = depth < Self.deepest / 2 ? min(max(fewest, 1), max(most, fewest)) : fewest
        guard depth < Self.deepest else { return [] }
        return .array((0..<min(count, 100)).map { _ in value(schema["items"] ?? .object([]), depth: depth + 1) })
    }

    private func bounded(_ number: Double) -> Int {
        Int(min(max(number, 0), 1_000))
    }
}

// Values of their own.
extension Example {
    private mutating func integer(_ schema: JSON) -> Int {
        let bounds = bounds(schema, step: 1)
        let (low, high) = (bounds.lowerBound.rounded(.up), min(bounds.upperBound.rounded(.down), 1e15))
        let step = max(schema["multipleOf"]?.double ?? 1, 1)
        let first = (max(low, -1e15) / step).rounded(.up) * step
        let steps = max(0, min((high - first) / step, 98).rounded(.down))
        return Int(first + step * Double(Int.random(in: 0...Int(steps), using: &dice)))
    }

    private func number(_ schema: JSON) -> Double {
        let bounds = bounds(schema, step: 0.5)
        let middle = bounds.lowerBound + (min(bounds.upperBound, bounds.lowerBound + 10) - bounds.lowerBound) / 2
        guard let step = schema["multipleOf"]?.double, step > 0 else { return middle }
        return (middle / step).rounded(.down) * step
    }

    /// - Parameter step: how far to stay away from a bound that is excluded.
    private func bounds(_ schema: JSON, step: Double) -> ClosedRange<Double> {
        let low = schema["minimum"]?.double ?? schema["exclusiveMinimum"]?.double.map { $0 + step }
        let high = schema["maximum"]?.double ?? schema["exclusiveMaximum"]?.double.map { $0 - step }
        let lowest = low ?? high.map { min($0, 1) } ?? 1
        return lowest...max(high ?? lowest + 98, lowest)
    }

    private mutating func string(_ schema: JSON) -> String {
        if let format = schema["format"]?.string, let example = Self.formats[format] { return example }
        let word = Phrases.words.randomElement(using: &dice) ?? ""
        let fewest = schema["minLength"]?.double.map(bounded) ?? 0
        let most = schema["maxLength"]?.double.map(bounded) ?? .max
        let padded = word + String(repeating: "-", count: max(0, fewest - word.count))
        return String(padded.prefix(most))
    }

    private static let formats = [
        "date": "2026-01-01", "date-time": "2026-01-01T08:30:00Z", "time": "08:30:00Z", "duration": "PT1H30M",
        "email": "keeper@example.org", "hostname": "gate.example.org", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
        "uri": "https://example.org/gate", "uuid": "7d1f6f0e-3c52-4d8a-9b7e-2f4a5c6d7e8f",
    ]
}

extension JSON {
    /// Objects and arrays put together; of anything else the other one.
    fileprivate func joined(with other: JSON) -> JSON {
        switch (self, other) {
        case (.array(let mine), .array(let others)): .array(mine + others)
        case (.object(let mine), .object(let others)): .object(mine + others)
        default: other
        }
    }
}
