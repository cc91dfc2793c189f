import Core
import Foundation

/// The body of `POST /chat/completions`, built from nothing but the call: what a client wrote never gets here
/// unread, so nobody can turn the cap or the usage off.
///
/// Source: <https://platform.openai.com/docs/api-reference/chat/create>.
struct ChatCompletionRequest: Encodable {
    struct StreamOptions: Encodable {
        var includeUsage = true

        enum CodingKeys: String, CodingKey {
            case includeUsage = "include_usage"
        }
    }

    var model: String
    var messages: [ChatMessage]
    /// One of the two is nil and then left out: OpenAI's reasoning models refuse `max_tokens`.
    var maxCompletionTokens: Int64?
    var maxTokens: Int64?
    var stream = true
    var streamOptions = StreamOptions()

    enum CodingKeys: String, CodingKey {
        case model, messages, stream
        case maxCompletionTokens = "max_completion_tokens"
        case maxTokens = "max_tokens"
        case streamOptions = "stream_options"
    }

    init(_ call: UpstreamCall) {
        model = call.model
        messages = call.messages
        switch call.endpoint.replyCapField {
        case .maxCompletionTokens: maxCompletionTokens = call.maxCompletionTokens
        case .maxTokens: maxTokens = call.maxCompletionTokens
        }
    }

    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
