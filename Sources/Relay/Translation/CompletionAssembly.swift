import StrictJSON

/// Gathers the chunks of a streamed completion into the document that the same call gives without streaming.
///
/// Text grows, lists grow, lists of numbered parts are merged by their number, anything else is as it was said last; so
/// that members which nobody here knows come out as well.
///
/// Source: <https://platform.openai.com/docs/api-reference/chat/object> beside its streamed form.
struct CompletionAssembly: Sendable {
    private var head = JSONValue.object([])
    private var choices: [JSONValue] = []

    mutating func add(_ chunk: JSONNode) {
        for member in chunk.members {
            switch member.name {
            case "choices": for choice in member.value.elements { add(choice: JSONValue(choice)) }
            case "usage": if !member.value.isNull { head["usage"] = JSONValue(member.value) }
            case let name: if head[name] ?? .null == .null { head[name] = JSONValue(member.value) }
            }
        }
    }

    private mutating func add(choice: JSONValue) {
        choices.merge([choice])
    }

    var document: JSONValue {
        var document = head
        let isChat = choices.contains { $0["delta"] != nil } || head["object"] == .string("chat.completion.chunk")
        if isChat { document["object"] = .string("chat.completion") }
        document["choices"] = .array(choices.map { isChat ? Self.whole(chat: $0) : $0 })
        return document
    }

    /// The other way round, for a client that streams from an upstream that does not.
    static func chunk(of document: JSONValue, withUsage: Bool) -> JSONValue {
        var chunk = document
        if document["object"] == .string("chat.completion") { chunk["object"] = .string("chat.completion.chunk") }
        if !withUsage { chunk["usage"] = nil }
        if case .array(let choices) = document["choices"] ?? .null {
            chunk["choices"] = .array(choices.map { renamed($0, "message", to: "delta") })
        }
        return chunk
    }
}

// Choices.
extension CompletionAssembly {
    private static func whole(chat choice: JSONValue) -> JSONValue {
        var choice = renamed(choice, "delta", to: "message")
        var message = choice["message"] ?? .object([])
        if message["role"] == nil { message["role"] = .string("assistant") }
        if message["content"] == nil { message["content"] = .null }
        if case .array(let calls) = message["tool_calls"] ?? .null {
            message["tool_calls"] = .array(calls.map { without("index", $0) })
        }
        choice["message"] = message
        return choice
    }

    private static func renamed(_ value: JSONValue, _ name: String, to newName: String) -> JSONValue {
        guard case .object(let members) = value else { return value }
        return .object(members.map { $0.name == name ? .init(newName, $0.value) : $0 })
    }

    private static func without(_ name: String, _ value: JSONValue) -> JSONValue {
        var value = value
        value[name] = nil
        return value
    }
}

// Merging. What is merged into is taken out of its value first, so that it grows where it is.
extension JSONValue {
    /// What is said whole each time that it is said.
    private static let fixed: Set<String> = ["index", "type", "id", "role", "finish_reason", "object"]

    fileprivate mutating func merge(_ new: JSONValue, named name: String) {
        switch (self, new) {
        case (_, .null): return
        case (.string(var text), .string(let piece)) where !Self.fixed.contains(name):
            self = .null
            text += piece
            self = .string(text)
        case (.string, .string("")): return
        case (.array(var values), .array(let more)):
            self = .null
            values.merge(more)
            self = .array(values)
        case (.object(var members), .object(let more)):
            self = .null
            members.merge(more)
            self = .object(members)
        default: self = new
        }
    }
}

extension [JSONValue] {
    fileprivate mutating func merge(_ more: [JSONValue]) {
        for value in more {
            if let number = value["index"], let index = firstIndex(where: { $0["index"] == number }) {
                self[index].merge(value, named: "")
            } else {
                append(value)
            }
        }
    }
}

extension [JSONValue.Member] {
    fileprivate mutating func merge(_ more: [JSONValue.Member]) {
        for member in more {
            if let index = firstIndex(where: { $0.name == member.name }) {
                self[index].value.merge(member.value, named: member.name)
            } else {
                append(member)
            }
        }
    }
}
