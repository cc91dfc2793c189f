import StrictJSON

/// The bodies of our own, and of OpenAI's what the gate reads.
enum APISchemas {
    static let all: [JSONValue.Member] = [
        .init(
            "OpenAIObject", ["type": "object", "description": "As OpenAI's reference has it, passed on as it came."]),
        .init("ChatCompletionRequest", request(["model", "messages"], chat)),
        .init("CompletionRequest", request(["model", "prompt"], completion)),
        .init("ResponseRequest", request(["model", "input"], response)),
        .init("EmbeddingRequest", request(["model", "input"], embedding)),
        .init("SmallChatRequest", object(["prompt"], ["prompt": text, "model": text, "max_tokens": count])),
        .init("SmallChatReply", smallChatReply),
        .init("Model", object(["id", "object", "created", "owned_by"], model)),
        .init("ModelList", object(["object", "data"], ["object": text, "data": list(.reference("Model"))])),
        .init("Balance", object(["object", "binding", "limits", "grants"], balance)),
        .init("Limit", object(["name", "scope", "meter", "window", "limit", "used", "held", "available"], limit)),
        .init("Error", object(["error"], ["error": object(["message", "type", "param", "code"], error)])),
    ]

    private static let text: JSONValue = ["type": "string"]
    private static let optionalText: JSONValue = ["type": ["string", "null"]]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let amount: JSONValue = ["type": "integer", "minimum": 0]
    private static let count: JSONValue = ["type": "integer", "minimum": 1]

    private static func list(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    private static func object(_ required: [String], _ properties: JSONValue) -> JSONValue {
        ["type": "object", "required": .array(required.map(JSONValue.string)), "properties": properties]
    }

    /// What else stands in it goes upstream as it is.
    private static func request(_ required: [String], _ properties: JSONValue) -> JSONValue {
        var schema = object(required, properties)
        schema["additionalProperties"] = true
        return schema
    }

    private static let streamOptions = object([], ["include_usage": flag])

    private static let chat: JSONValue = [
        "model": text, "messages": list(["type": "object"]), "stream": flag, "stream_options": streamOptions,
        "max_tokens": count, "max_completion_tokens": count, "n": count, "tools": list(["type": "object"]),
    ]

    private static let completion: JSONValue = [
        "model": text, "prompt": [:], "stream": flag, "stream_options": streamOptions, "max_tokens": count, "n": count,
    ]

    private static let response: JSONValue = [
        "model": text, "input": [:], "instructions": text, "stream": flag, "max_output_tokens": count,
        "tools": list(["type": "object"]),
    ]

    private static let embedding: JSONValue = ["model": text, "input": [:]]

    private static let smallChatReply = object(
        ["reply", "model", "finish_reason", "usage", "balance"],
        [
            "reply": text, "model": text, "finish_reason": ["enum": ["stop", "length"]],
            "usage": object(
                ["prompt", "completion", "total"], ["prompt": amount, "completion": amount, "total": amount]),
            "balance": .reference("Balance"),
        ])

    private static let model: JSONValue = [
        "id": text, "object": text, "created": amount, "owned_by": text, "context_window": count,
        "max_completion_tokens": count,
    ]

    private static let balance: JSONValue = [
        "object": text, "binding": optionalText, "limits": list(.reference("Limit")),
        "grants": list(
            object(
                ["scope", "meter", "amount", "available", "expires_at", "reason"],
                [
                    "scope": ["enum": ["person", "project", "organization"]], "meter": text, "amount": amount,
                    "available": amount, "expires_at": text, "reason": text,
                ])),
    ]

    private static let limit: JSONValue = [
        "name": text, "scope": text,
        "meter": ["enum": ["tokens", "prompt_tokens", "completion_tokens", "requests", "cost", "concurrent"]],
        "window": text,
        "limit": amount, "used": amount, "held": amount, "available": amount, "resets_at": optionalText,
    ]

    private static let error: JSONValue = [
        "message": text, "type": text, "param": optionalText, "code": optionalText,
        "details": [
            "type": "object",
            "properties": [
                "limit": amount, "scope": text, "used": amount, "held": amount, "needed": amount, "available": amount,
                "resets_at": text, "request_id": text,
            ],
        ],
    ]
}
