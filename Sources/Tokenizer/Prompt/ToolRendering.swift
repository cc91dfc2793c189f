/// Tools as the model reads them: a TypeScript namespace in its system prompt.
///
/// OpenAI has not published this; hmarr/openai-chat-tokens found it out, and the result agrees with the counts that the
/// API gives in OpenAI's cookbook ("How to count tokens with tiktoken", section 7).
enum ToolRendering {
    static func text(of tools: [PromptTool]) -> String {
        (["namespace functions {", ""] + tools.flatMap(lines) + ["} // namespace functions"]).joined(separator: "\n")
    }

    private static func lines(of tool: PromptTool) -> [String] {
        let comment = tool.description.map { ["// \($0)"] } ?? []
        guard let parameters = tool.parameters, !parameters.properties.isEmpty else {
            return comment + ["type \(tool.name) = () => any;", ""]
        }
        let members = members(of: parameters, indent: 0)
        return comment + ["type \(tool.name) = (_: {"] + members + ["}) => any;", ""]
    }

    private static func members(of object: ToolSchema, indent: Int) -> [String] {
        object.properties.flatMap { property in
            let comment = property.schema.description.map { ["// \($0)"] } ?? []
            let mark = object.required.contains(property.name) ? "" : "?"
            return comment + ["\(property.name)\(mark): \(type(of: property.schema, indent: indent)),"]
        }
        .map { String(repeating: " ", count: indent) + $0 }
    }

    private static func type(of schema: ToolSchema, indent: Int) -> String {
        switch schema.type {
        case "string", "integer", "number":
            guard schema.allowedValues.isEmpty else {
                return schema.allowedValues.map { "\"\($0)\"" }.joined(separator: " | ")
            }
            return schema.type == "string" ? "string" : "number"
        case "array":
            return (schema.items.map { type(of: $0, indent: indent) } ?? "any") + "[]"
        case "object":
            return (["{"] + members(of: schema, indent: indent + 2) + ["}"]).joined(separator: "\n")
        case "boolean", "null":
            return schema.type!
        default:
            return "any"
        }
    }
}
