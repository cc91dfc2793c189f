/// One field of a form (`templates/field.mustache`): its value comes back as it was typed, with what is wrong beside it.
struct Field: Sendable, Hashable {
    enum Kind: String, Sendable {
        case text, email, password, number, search, url, date, time
    }

    let id: String
    let name: String
    let label: String
    let type: String
    var value: String
    let hint: String?
    /// What is wrong with the value; nil where nothing is.
    var error: String?
    let autocomplete: String?
    let isRequired: Bool
    let isNumber: Bool
    /// Several lines.
    let isLong: Bool
    let isWide: Bool
    let hasNotes: Bool

    /// - Parameter id: on the page, where another form has a field of this name.
    init(
        _ name: String, _ label: String, id: String? = nil, kind: Kind = .text, value: String = "", hint: String? = nil,
        error: String? = nil, autocomplete: String? = nil, isRequired: Bool = false, isLong: Bool = false,
        isWide: Bool = false
    ) {
        self.id = id ?? name
        self.name = name
        self.label = label
        // A text field with a numeric keyboard: number fields change under a mouse wheel and reject "50,000".
        self.type = kind == .number ? "text" : kind.rawValue
        self.value = value
        self.hint = hint
        self.error = error
        self.autocomplete = autocomplete
        self.isRequired = isRequired
        self.isNumber = kind == .number
        self.isLong = isLong
        self.isWide = isWide || isLong
        self.hasNotes = hint != nil || error != nil
    }
}

/// One of several values (`templates/choice.mustache`).
struct Choice: Sendable, Hashable {
    let id: String
    let name: String
    let label: String
    let options: [Option]
    var error: String?

    struct Option: Sendable, Hashable {
        let value: String
        let label: String
        let isSelected: Bool
    }

    /// - Parameters:
    ///   - id: on the page, where another form has a field of this name.
    ///   - options: value and label, in the order shown.
    init(
        _ name: String, _ label: String, id: String? = nil, options: [(String, String)], selected: String?,
        error: String? = nil
    ) {
        self.id = id ?? name
        self.name = name
        self.label = label
        self.options = options.map { Option(value: $0.0, label: $0.1, isSelected: $0.0 == selected) }
        self.error = error
    }
}
