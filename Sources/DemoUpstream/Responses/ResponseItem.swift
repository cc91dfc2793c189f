/// One item of a response's output while it grows: reasoning, a message, or a call.
struct ResponseItem: Sendable {
    enum Kind: Sendable, Equatable {
        case reasoning, message
        case call(name: String)
    }

    let kind: Kind
    let id: String
    /// The id by which the function's result refers to the call.
    let callID: String
    /// What was written so far: the text, or the arguments.
    var text = ""
    var probabilities: [JSON] = []

    /// - Parameter index: its place in the output.
    init(_ kind: Kind, index: Int, responseID: String) {
        self.kind = kind
        callID = "call_\(responseID)_\(index)"
        let prefix =
            switch kind {
            case .reasoning: "rs"
            case .message: "msg"
            case .call: "fc"
            }
        id = "\(prefix)_\(responseID)_\(index)"
    }

    /// The item before it has any content.
    func begun(_ status: String = "in_progress") -> JSON {
        switch kind {
        case .reasoning: ["id": .string(id), "type": "reasoning", "summary": []]
        case .message:
            ["id": .string(id), "type": "message", "status": .string(status), "role": "assistant", "content": []]
        case .call: call("", status)
        }
    }

    /// The item as it is.
    func ended(_ status: String) -> JSON {
        switch kind {
        case .reasoning: ["id": .string(id), "type": "reasoning", "summary": text.isEmpty ? [] : [part]]
        case .message:
            ["id": .string(id), "type": "message", "status": .string(status), "role": "assistant", "content": [part]]
        case .call: call(text, status)
        }
    }

    /// The one part of its content.
    var part: JSON {
        switch kind {
        case .reasoning, .call: ["type": "summary_text", "text": .string(text)]
        case .message:
            [
                "type": "output_text", "annotations": [], "logprobs": .array(probabilities), "text": .string(text),
            ]
        }
    }

    private func call(_ arguments: String, _ status: String) -> JSON {
        guard case .call(let name) = kind else { return nil }
        return [
            "id": .string(id), "type": "function_call", "status": .string(status), "arguments": .string(arguments),
            "call_id": .string(callID), "name": .string(name),
        ]
    }
}
