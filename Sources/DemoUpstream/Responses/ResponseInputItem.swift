/// One item of the input of `POST /v1/responses`: a message, a call that the model made, or what the function returned.
struct ResponseInputItem: Decodable {

    private var type: String?
    private var role: String?
    private var content: Content?
    private var name: String?
    private var arguments: String?
    private var output: Content?

    /// What the stand-in reads of it.
    var message: Message {
        get throws {
            switch type ?? "message" {
            case "message":
                guard let role, let content else { throw missing("role", "content") }
                return Message(role: role, content: content.text, images: try content.images)
            case "function_call":
                guard let name, let arguments else { throw missing("name", "arguments") }
                return Message(
                    role: "assistant", content: "", calls: [Message.Call(name: name, arguments: arguments)])
            case "function_call_output":
                guard let output else { throw missing("output") }
                return Message(role: "tool", content: output.text, images: try output.images)
            case "reasoning": return Message(role: "assistant", content: "")
            case let type: throw APIError.invalid("The stand-in takes no input of type `\(type)`.", param: "input")
            }
        }
    }

    private func missing(_ names: String...) -> APIError {
        .invalid("The input item lacks \(names.joined(separator: " or ")).", param: "input")
    }
}

/// A tool of `POST /v1/responses`.
struct ResponseTool: Decodable {
    var type: String
    var name: String?
    var description: String?
    var parameters: JSON?

    var asFunction: Function {
        get throws {
            guard type == "function", let name else {
                throw APIError.invalid("The stand-in has no tools but functions.", param: "tools")
            }
            return Function(name: name, description: description, parameters: parameters ?? .noParameters)
        }
    }
}
