import StrictJSON

/// `GET /v1/openapi.json`: the routes below `/v1` as OpenAPI 3.1 describes them.
///
/// Source: <https://spec.openapis.org/oas/v3.1.0>. OpenAI's own bodies are not repeated here: a description of what is
/// passed on as it came would only age.
struct OpenAPIDocument {
    let value: JSONValue

    init(address: PublicAddress, version: String) {
        value = [
            "openapi": "3.1.0",
            "info": [
                "title": "Sluice", "version": .string(version),
                "description": "OpenAI's interface, metered: every token counts on the limits of the key's person.",
                "license": ["name": "MIT", "identifier": "MIT"],
            ],
            "servers": [["url": .string(address.origin + "/v1")]],
            "security": [["bearer": []], ["apiKey": []]],
            "paths": .object(Self.paths),
            "components": [
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "slk_…"],
                    "apiKey": ["type": "apiKey", "in": "header", "name": "x-api-key"],
                ],
                "headers": .object(Self.headers),
                "schemas": .object(APISchemas.all),
            ],
        ]
    }

    /// Those that carry what is left, on every answer to a caller who is known.
    private static var headers: [JSONValue.Member] {
        let described: KeyValuePairs = [
            "x-ratelimit-remaining-tokens": "What is left of the tightest limit on tokens, net of what runs now.",
            "x-ratelimit-limit-tokens": "The whole of that limit.",
            "x-ratelimit-reset-tokens": "When it returns, as a duration such as 6m0s.",
            "RateLimit": "Every window with what is left and in how many seconds it returns.",
            "RateLimit-Policy": "Every window with its amount and its length in seconds.",
            "x-request-id": "By which the request is found in the server's log and on the ledger.",
        ]
        return described.map { .init($0, ["description": .string($1), "schema": ["type": "string"]]) }
    }

    private static var paths: [JSONValue.Member] {
        APIOperation.all.map { operation in
            .init("/" + operation.path, [operation.method: operation.value])
        }
    }
}

extension JSONValue {
    /// What a schema is called in the document.
    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/" + name)] }
}
