import Core
import StrictJSON

/// One route below `/v1`, for the description of the interface.
struct APIOperation {
    /// Lower-case.
    let method: String
    /// Behind `/v1/`, parameters in braces.
    let path: String
    let id: String
    let summary: String
    /// The schema of the body, by name.
    var body: String?
    /// The schema of the answer, by name.
    let answer: String
    /// Whether the answer may come as events.
    var streams = false
    var needsKey = true

    static let all = [
        APIOperation(
            method: "post", path: "chat/completions", id: "createChatCompletion",
            summary: "A reply to a conversation, at once or streamed.", body: "ChatCompletionRequest",
            answer: "OpenAIObject", streams: true),
        APIOperation(
            method: "post", path: "completions", id: "createCompletion",
            summary: "A text that goes on where the prompt ends (legacy).", body: "CompletionRequest",
            answer: "OpenAIObject", streams: true),
        APIOperation(
            method: "post", path: "responses", id: "createResponse",
            summary: "A reply by the newer interface; what the upstream would remember or run by itself is refused.",
            body: "ResponseRequest", answer: "OpenAIObject", streams: true),
        APIOperation(
            method: "post", path: "embeddings", id: "createEmbedding", summary: "Vectors for texts.",
            body: "EmbeddingRequest", answer: "OpenAIObject"),
        APIOperation(
            method: "post", path: "chat", id: "chat", summary: "A prompt in, a reply out, with what is left.",
            body: "SmallChatRequest", answer: "SmallChatReply"),
        APIOperation(
            method: "get", path: "models", id: "listModels", summary: "The models that the caller may use.",
            answer: "ModelList"),
        APIOperation(
            method: "get", path: "models/{model}", id: "retrieveModel", summary: "One of them.", answer: "Model"),
        APIOperation(
            method: "get", path: "balance", id: "getBalance", summary: "Every limit of the caller as it stands.",
            answer: "Balance"),
        APIOperation(
            method: "get", path: "openapi.json", id: "getOpenAPI", summary: "This description.",
            answer: "OpenAIObject", needsKey: false),
    ]
}

extension APIOperation {
    /// As an OpenAPI Operation Object.
    var value: JSONValue {
        var value: JSONValue = ["operationId": .string(id), "summary": .string(summary)]
        if !needsKey { value["security"] = [] }
        if path.contains("{model}") { value["parameters"] = [Self.modelParameter] }
        if let body {
            value["parameters"] = [Self.idempotencyParameter]
            value["requestBody"] = [
                "required": true, "content": ["application/json": ["schema": .reference(body)]],
            ]
        }
        value["responses"] = responses
        return value
    }

    private var responses: JSONValue {
        var content: JSONValue = ["application/json": ["schema": .reference(answer)]]
        if streams { content["text/event-stream"] = ["schema": ["type": "string"]] }
        var responses: JSONValue = ["200": ["description": "As asked.", "content": content]]
        guard needsKey else { return responses }
        for (status, meaning) in Self.errors {
            responses[status] = [
                "description": .string(meaning), "content": ["application/json": ["schema": .reference("Error")]],
            ]
        }
        return responses
    }

    private static let modelParameter: JSONValue = [
        "name": "model", "in": "path", "required": true, "schema": ["type": "string"],
    ]

    private static let idempotencyParameter: JSONValue = [
        "name": "Idempotency-Key", "in": "header",
        "description": "A name for the request, kept for a day: sent again under it, it is charged once.",
        "schema": ["type": "string", "maxLength": .number(Int64(IdempotencyKey.longest))],
    ]

    private static let errors: KeyValuePairs = [
        "400": "The request is wrong, or can never fit a limit.",
        "401": "There is no valid key.",
        "403": "The tier does not have the model.",
        "404": "There is no such model.",
        "409": "A request under this `Idempotency-Key` still runs, or its answer is not kept.",
        "413": "The body is too large.",
        "422": "Another request was sent under this `Idempotency-Key`.",
        "429": "A limit is reached; `error.details` has the numbers and when it returns.",
        "502": "The upstream failed.",
        "503": "The server cannot take it just now.",
        "504": "The upstream did not answer in time.",
    ]
}
