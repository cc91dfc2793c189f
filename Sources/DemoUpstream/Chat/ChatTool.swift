/// A tool of `POST /v1/chat/completions`.
struct ChatTool: Decodable {
    struct Definition: Decodable {
        var name: String
        var description: String?
        var parameters: JSON?
    }

    var type: String
    var function: Definition?

    var asFunction: Function {
        get throws {
            guard type == "function", let function else {
                throw APIError.invalid("The stand-in has no tools but functions.", param: "tools")
            }
            return Function(
                name: function.name, description: function.description, parameters: function.parameters ?? .noParameters
            )
        }
    }
}

extension JSON {
    /// The schema of a function without parameters.
    static let noParameters: JSON = ["type": "object", "properties": [:]]
}

/// Which tool is to be called: by mode, or by name. Responses write a name flat, chat completions nested.
struct ChatToolChoice: Decodable {
    private struct Named: Decodable {
        struct Function: Decodable {
            var name: String
        }

        var function: Function?
        var name: String?
    }

    private var mode: String?
    private var name: String?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let mode = try? container.decode(String.self) {
            self.mode = mode
        } else {
            let named = try container.decode(Named.self)
            name = named.function?.name ?? named.name
        }
    }

    var choice: Functions.Choice {
        get throws {
            switch (mode, name) {
            case ("auto", _): .auto
            case ("none", _): .none
            case ("required", _): .required
            case (_, let name?): .named(name)
            default: throw APIError.invalid("The stand-in does not know that `tool_choice`.", param: "tool_choice")
            }
        }
    }
}

/// What a reply is to look like: `response_format`, and `text.format` of responses, which writes the schema flat.
struct ResponseFormat: Decodable {
    private struct Named: Decodable {
        var schema: JSON?
    }

    private var type: String
    private var jsonSchema: Named?
    private var schema: JSON?

    enum CodingKeys: String, CodingKey {
        case type, schema
        case jsonSchema = "json_schema"
    }

    var format: Ask.Format {
        get throws {
            switch type {
            case "text": return .prose
            case "json_object": return .json(schema: nil)
            case "json_schema":
                guard let schema = jsonSchema?.schema ?? schema else {
                    throw APIError.invalid("There is no schema in the format.", param: "response_format")
                }
                return .json(schema: schema)
            default: throw APIError.invalid("There is no format `\(type)`.", param: "response_format")
            }
        }
    }
}
