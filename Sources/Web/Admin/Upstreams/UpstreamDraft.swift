import Core

/// An upstream as it was typed. The key never comes back: an empty field leaves it as it is.
struct UpstreamDraft: Sendable, Decodable {
    var name = ""
    var baseURL = ""
    var key = ""
    /// `yes` to forget the key.
    var clearKey = "no"

    var draft: UpstreamRecord.Draft {
        UpstreamRecord.Draft(
            name: name.trimmed, baseURL: baseURL.trimmed,
            key: clearKey == "yes" ? .clear : key.trimmed.isEmpty ? .keep : .replace(with: key.trimmed))
    }
}

extension UpstreamDraft {
    init(_ record: UpstreamRecord) {
        self.init(name: record.name, baseURL: record.baseURL)
    }

    /// - Parameter hasKey: whether one is kept already.
    func fields(hasKey: Bool, _ errors: [String: String], _ words: Words) -> [Field] {
        [
            Field("name", words("Name"), value: name, error: errors["name"], isRequired: true),
            Field(
                "baseURL", words("Address"), kind: .url, value: baseURL,
                hint: words("With the version: https://api.openai.com/v1"), error: errors["baseURL"], isRequired: true),
            Field(
                "key", words("Key"), kind: .password,
                hint: hasKey
                    ? words("Empty to keep the one that is set. A new address forgets it.") : words("Empty for none."),
                error: errors["key"], autocomplete: "off"),
        ]
    }

    func choices(hasKey: Bool, _ words: Words) -> [Choice] {
        let clear = Choice(
            "clearKey", words("Forget the key"), options: [("no", words("no")), ("yes", words("yes"))],
            selected: clearKey)
        let keep = Choice(
            "clearKey", words("Forget the key"), options: [("no", words("there is none"))], selected: "no")
        return [hasKey ? clear : keep]
    }
}
