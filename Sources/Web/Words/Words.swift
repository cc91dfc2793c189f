/// The product's sentences in one language. English is the key and the fallback, so a template reads as the page does
/// and a missing translation is English, never a gap.
///
/// Templates say `{{"Sign in"}}`; Swift says `words("Sign in")`. A `{name}` inside is a place for a value.
struct Words: Sendable {
    /// As `lang` has it (BCP 47).
    let language: String
    /// Between groups of three digits.
    let groupSeparator: String
    private let translations: [String: String]

    init(language: String, groupSeparator: String, translations: [String: String]) {
        self.language = language
        self.groupSeparator = groupSeparator
        self.translations = translations
    }

    static let english = Words(language: "en", groupSeparator: ",", translations: [:])

    /// The sentence with its places filled in. A place without a value stays as it is written.
    func callAsFunction(_ sentence: String, _ values: KeyValuePairs<String, String> = [:]) -> String {
        var result = translations[sentence] ?? sentence
        for (name, value) in values { result.replace("{\(name)}", with: value) }
        return result
    }

    /// The sentence for `count` things; `{count}` is the number.
    func callAsFunction(_ count: Int64, one: String, other: String) -> String {
        self(count == 1 ? one : other, ["count": number(count)])
    }
}
