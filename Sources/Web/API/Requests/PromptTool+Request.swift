import StrictJSON
import Tokenizer

// A client's functions, as far as the model is shown of them.
extension PromptTool {
    /// `{"name": …, "description": …, "parameters": …}`.
    init(_ function: APIValue) throws(Failure) {
        var parameters: ToolSchema?
        if let schema = function.member("parameters") { parameters = ToolSchema(try schema.object().node) }
        self.init(
            name: try function.required("name").string(),
            description: try function.optionalString("description"), parameters: parameters)
    }
}

extension ToolSchema {
    /// A JSON Schema. What is none is shown as `any`.
    init(_ schema: JSONNode) {
        let properties = schema["properties"]?.members.map { Property(name: $0.name, schema: ToolSchema($0.value)) }
        self.init(
            type: Self.type(of: schema), description: schema["description"]?.string,
            allowedValues: schema["enum"]?.elements.compactMap(\.string) ?? [], properties: properties ?? [],
            required: Set(schema["required"]?.elements.compactMap(\.string) ?? []),
            items: schema["items"].map(ToolSchema.init))
    }

    /// The first one of several that is not `null`.
    private static func type(of schema: JSONNode) -> String? {
        guard let type = schema["type"] else { return nil }
        return type.string ?? type.elements.lazy.compactMap(\.string).first { $0 != "null" }
    }
}

extension PromptToolChoice {
    /// `"auto"`, `"none"`, `"required"`, or a function by its name. Anything else is for the upstream to refuse.
    init(_ choice: APIValue?) {
        let function = choice?.node["function"] ?? choice?.node
        self =
            switch (choice?.node.string, function?["name"]?.string) {
            case ("none"?, _): .none
            case ("required"?, _): .required
            case (_, let name?): .function(name: name)
            default: .auto
            }
    }
}
