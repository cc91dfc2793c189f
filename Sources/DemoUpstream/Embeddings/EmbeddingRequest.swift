/// The body of `POST /v1/embeddings`.
struct EmbeddingRequest: Decodable {
    enum EncodingFormat: String, Decodable {
        case float, base64
    }

    var model: String
    var input: TextInput
    var dimensions: Int?
    var encodingFormat: EncodingFormat?

    enum CodingKeys: String, CodingKey {
        case model, input, dimensions
        case encodingFormat = "encoding_format"
    }

    /// - Throws: 400 for what OpenAI refuses too: nothing, an empty text, or more than 2048 at once.
    func check() throws {
        guard (1...2_048).contains(input.count), !input.hasEmptyItem else {
            throw APIError.invalid("`input` is 1 to 2048 texts, none of them empty.", param: "input")
        }
        guard (1...4_096).contains(dimensions ?? 1) else {
            throw APIError.invalid("1 to 4096 dimensions.", param: "dimensions")
        }
    }
}

/// Text as older endpoints take it: a string, several, or token numbers.
enum TextInput: Decodable {
    struct Item: Sendable {
        /// Of token numbers, the numbers: what they stand for is not known here.
        var text: String
        var tokens: Int
    }

    case texts([String])
    case tokens([[Int]])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .texts([text])
        } else if let texts = try? container.decode([String].self) {
            self = .texts(texts)
        } else if let tokens = try? container.decode([Int].self) {
            self = .tokens([tokens])
        } else {
            self = .tokens(try container.decode([[Int]].self))
        }
    }

    var count: Int {
        switch self {
        case .texts(let texts): texts.count
        case .tokens(let lists): lists.count
        }
    }

    var hasEmptyItem: Bool {
        switch self {
        case .texts(let texts): texts.contains("")
        case .tokens(let lists): lists.contains([])
        }
    }

    func items(by ruler: Ruler) -> [Item] {
        switch self {
        case .texts(let texts): texts.map { Item(text: $0, tokens: ruler.count($0)) }
        case .tokens(let lists):
            lists.map { Item(text: $0.map(String.init).joined(separator: ","), tokens: $0.count) }
        }
    }
}
