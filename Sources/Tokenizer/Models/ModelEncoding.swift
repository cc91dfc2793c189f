/// Which encoding a model counts with, and whether that is known.
public struct ModelEncoding: Sendable, Hashable {
    public var encoding: Encoding
    /// False: the model's own tokenizer is unknown or another one, so every count is an estimate ("≈" on the page).
    public var isExact: Bool

    public init(encoding: Encoding, isExact: Bool) {
        self.encoding = encoding
        self.isExact = isExact
    }

    /// By the model's name as its upstream knows it: exact names before prefixes, as tiktoken 0.14 has them (`model.py`).
    /// Any other name is counted with `o200k_base` and is not exact.
    ///
    /// - Parameter name: with or without a provider's prefix: `gpt-4o`, `openai/gpt-4o`.
    public init(ofModel name: String) {
        let known = Self.names[name] ?? Self.encoding(byPrefixOf: name)
        if known == nil, name.hasPrefix(Self.provider) {
            self.init(ofModel: String(name.dropFirst(Self.provider.count)))
        } else {
            self.init(encoding: known ?? .o200kBase, isExact: known != nil)
        }
    }

    private static let provider = "openai/"

    private static func encoding(byPrefixOf name: String) -> Encoding? {
        prefixes.first { name.hasPrefix($0.prefix) }?.encoding
    }

    private static let names: [String: Encoding] = [
        "o1": .o200kBase,
        "o3": .o200kBase,
        "o4-mini": .o200kBase,
        "gpt-5": .o200kBase,
        "gpt-4.1": .o200kBase,
        "gpt-4o": .o200kBase,
        "gpt-4": .cl100kBase,
        "gpt-3.5-turbo": .cl100kBase,
        "gpt-3.5": .cl100kBase,
        "gpt-35-turbo": .cl100kBase,
        "davinci-002": .cl100kBase,
        "babbage-002": .cl100kBase,
        "text-embedding-ada-002": .cl100kBase,
        "text-embedding-3-small": .cl100kBase,
        "text-embedding-3-large": .cl100kBase,
    ]

    /// In order: the first that fits. `o200k_harmony` of gpt-oss differs from `o200k_base` in special tokens only.
    private static let prefixes: [(prefix: String, encoding: Encoding)] = [
        ("o1-", .o200kBase),
        ("o3-", .o200kBase),
        ("o4-mini-", .o200kBase),
        ("gpt-5", .o200kBase),
        ("gpt-4.5-", .o200kBase),
        ("gpt-4.1-", .o200kBase),
        ("chatgpt-4o-", .o200kBase),
        ("gpt-4o-", .o200kBase),
        ("gpt-4-", .cl100kBase),
        ("gpt-3.5-turbo-", .cl100kBase),
        ("gpt-35-turbo-", .cl100kBase),
        ("gpt-oss-", .o200kBase),
        ("ft:gpt-4o", .o200kBase),
        ("ft:gpt-4", .cl100kBase),
        ("ft:gpt-3.5-turbo", .cl100kBase),
        ("ft:davinci-002", .cl100kBase),
        ("ft:babbage-002", .cl100kBase),
    ]
}
