/// A function that the model may call.
public struct PromptTool: Sendable, Hashable {
    public var name: String
    public var description: String?
    /// The parameters' JSON Schema, an object; nil for a function without parameters.
    public var parameters: ToolSchema?

    public init(name: String, description: String? = nil, parameters: ToolSchema? = nil) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }
}

/// What of a JSON Schema is shown to the model.
public struct ToolSchema: Sendable, Hashable {
    public struct Property: Sendable, Hashable {
        public var name: String
        public var schema: ToolSchema

        public init(name: String, schema: ToolSchema) {
            self.name = name
            self.schema = schema
        }
    }

    /// `string`, `integer`, `number`, `boolean`, `null`, `array`, `object`; nil or anything else is shown as `any`.
    public var type: String?
    public var description: String?
    public var allowedValues: [String]
    public var properties: [Property]
    public var required: Set<String>
    /// Of an array.
    private var itemsBox: [ToolSchema]

    public var items: ToolSchema? { itemsBox.first }

    public init(
        type: String?, description: String? = nil, allowedValues: [String] = [], properties: [Property] = [],
        required: Set<String> = [], items: ToolSchema? = nil
    ) {
        self.type = type
        self.description = description
        self.allowedValues = allowedValues
        self.properties = properties
        self.required = required
        itemsBox = items.map { [$0] } ?? []
    }
}

/// Which function the model must call.
public enum PromptToolChoice: Sendable, Hashable {
    case auto, none, required
    case function(name: String)
}
