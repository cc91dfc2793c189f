import Foundation
import Hummingbird

/// The body of `POST /v1/embeddings`.
private struct EmbeddingRequest: Decodable {
    enum Input: Decodable {
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
    }

    var model: String
    var input: Input
    var dimensions: Int?
    var encodingFormat: String?

    enum CodingKeys: String, CodingKey {
        case model, input, dimensions
        case encodingFormat = "encoding_format"
    }

    /// What each vector is made from, and how many tokens that is.
    var items: [(seed: String, tokens: Int)] {
        switch input {
        case .texts(let texts): texts.map { ($0, Pieces.count($0)) }
        case .tokens(let lists): lists.map { ($0.map(String.init).joined(separator: ","), $0.count) }
        }
    }
}

private struct EmbeddingList: ResponseEncodable {
    struct Item: Encodable {
        var object = "embedding"
        var index: Int
        var embedding: Vector
    }

    struct Usage: Encodable {
        var promptTokens: Int
        var totalTokens: Int

        enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens"
            case totalTokens = "total_tokens"
        }
    }

    var object = "list"
    var data: [Item]
    var model: String
    var usage: Usage
}

/// Numbers, or their bytes in base64 as OpenAI's own client asks for them.
private enum Vector: Encodable {
    case numbers([Float])
    case base64(String)

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .numbers(let numbers): try container.encode(numbers)
        case .base64(let text): try container.encode(text)
        }
    }

    /// - Returns: a vector of length 1, always the same for the same text.
    init(of text: String, dimensions: Int, asBase64: Bool) {
        var dice = Dice(seed: text)
        let raw = (0..<dimensions).map { _ in Float.random(in: -1...1, using: &dice) }
        let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let numbers = raw.map { $0 / length }
        self = asBase64 ? .base64(numbers.withUnsafeBytes { Data($0) }.base64EncodedString()) : .numbers(numbers)
    }
}

extension StandIn {
    /// `POST /v1/embeddings`
    func embeddings(_ request: Request, _ context: DemoContext) async throws -> Response {
        let body = try await request.body.collect(upTo: 16 << 20)
        guard let asked = try? JSONDecoder().decode(EmbeddingRequest.self, from: Data(body.readableBytesView)) else {
            throw APIError.invalid("The body is no embedding request.")
        }
        guard asked.model == "demo-embedding" else { throw APIError.noModel(asked.model) }
        let dimensions = asked.dimensions ?? 64
        guard (1...4_096).contains(dimensions) else {
            throw APIError.invalid("1 to 4096 dimensions.", param: "dimensions")
        }
        return try embed(asked, dimensions, id: request.headers[.requestID] ?? "").response(
            from: request, context: context)
    }

    private func embed(_ asked: EmbeddingRequest, _ dimensions: Int, id: String) -> EmbeddingList {
        let items = asked.items
        let tokens = items.reduce(0) { $0 + $1.tokens }
        let row = Journal.Row(
            id: id, model: asked.model, script: "", promptTokens: tokens, completionTokens: 0, state: .running)
        journal.begin(row).end(.finished)
        let asBase64 = asked.encodingFormat == "base64"
        let data = items.enumerated().map { index, item in
            EmbeddingList.Item(
                index: index, embedding: Vector(of: item.seed, dimensions: dimensions, asBase64: asBase64))
        }
        return EmbeddingList(data: data, model: asked.model, usage: .init(promptTokens: tokens, totalTokens: tokens))
    }
}
