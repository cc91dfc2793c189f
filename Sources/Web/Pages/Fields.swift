import Mustache

/// A value as templates see it: its stored properties by name, read once instead of at every look-up.
///
/// It also closes three holes of plain reflection: an absent value is empty and does not fall through to a property of
/// the same name further out, a property of type `HTML` is the only one called `…HTML`, and an enumeration cannot be
/// printed by accident.
struct Fields: MustacheParent {
    private let values: [String: Any]

    init(_ value: Any) {
        var values: [String: Any] = [:]
        for (label, value) in Mirror(reflecting: value).children {
            guard let label else { continue }
            assert(label.hasSuffix("HTML") == (value is HTML), "\(label): only HTML is called …HTML")
            values[label] = Self.field(value)
        }
        self.values = values
    }

    func child(named name: String) -> Any? { values[name] }

    private static func field(_ value: Any) -> Any {
        switch value {
        case is String, is Bool, is any BinaryInteger: value
        case let html as HTML: html.source
        default: structure(value)
        }
    }

    private static func structure(_ value: Any) -> Any {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.map { field($0.value) } ?? Absent()
        case .collection: return mirror.children.map { field($0.value) }
        case .struct: return Fields(value)
        default: preconditionFailure("A page holds \(type(of: value)), which no template can print.")
        }
    }
}

/// Nothing: prints as nothing, and its sections are left out.
struct Absent: MustacheCustomRenderable {
    var renderText: String { "" }
    var isNull: Bool { true }
}
