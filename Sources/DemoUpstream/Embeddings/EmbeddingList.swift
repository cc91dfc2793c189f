import Foundation
import Hummingbird

/// The answer of `POST /v1/embeddings`.
struct EmbeddingList: ResponseEncodable {
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
    var usage: Usage?
}

/// Numbers, or their bytes in base64 as OpenAI's own client asks for them.
enum Vector: Encodable {
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
    init(of text: String, dimensions: Int, format: EmbeddingRequest.EncodingFormat) {
        var dice = Dice(seed: text)
        let raw = (0..<dimensions).map { _ in Float.random(in: -1...1, using: &dice) }
        let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let numbers = raw.map { $0 / length }
        switch format {
        case .float: self = .numbers(numbers)
        case .base64: self = .base64(numbers.withUnsafeBytes { Data($0) }.base64EncodedString())
        }
    }
}
