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
            // Padding of each chunk, which hides how long its text is.
            case "obfuscation": break
            case let name: note(JSONValue(member.value), as: name)
            }
        }
    }

    /// What is empty does not count: Azure begins with a chunk that has everything empty but its filter's results.
    private mutating func note(_ value: JSONValue, as name: String) {
        let known = head[name]
        if known == nil || known != value && ![.null, "", 0].contains(value) { head[name] = value }
    }

    /// Without a number it is the only one.
    private mutating func add(choice: JSONValue) {
        var choice = choice
        if choice["index"] ?? .null == .null { choice["index"] = 0 }
        choices.merge([choice])
    }

    var document: JSONValue {
        var document = head
        let isChat = choices.contains { $0["delta"] != nil } || head["object"] == .string("chat.completion.chunk")
        if isChat { document["object"] = .string("chat.completion") }
        let inOrder = choices.sorted { $0.number < $1.number }
        document["choices"] = .array(inOrder.map { isChat ? Self.whole(chat: $0) : $0 })
        return document
    }

    /// The other way round, for a client that streams from an upstream that does not: one chunk that says it all, and
    /// one with the usage for who asked for it.
    static func chunks(of document: JSONValue, withUsage: Bool) -> [JSONValue] {
        var chunk = document
        if document["object"] == .string("chat.completion") { chunk["object"] = .string("chat.completion.chunk") }
        chunk["usage"] = nil
        if case .array(let choices) = document["choices"] ?? .null { chunk["choices"] = .array(choices.map(streamed)) }
        guard withUsage, let usage = document["usage"], usage != .null else { return [chunk] }
        var last = chunk
        last["choices"] = []
        last["usage"] = usage
        return [chunk, last]
    }
}

// Choices.
extension CompletionAssembly {
    /// Null stands where a chunk need not say so.
    private static func whole(chat choice: JSONValue) -> JSONValue {
        var choice = renamed(choice, "delta", to: "message")
        var message = choice["message"] ?? .object([])
        if message["role"] == nil { message["role"] = .string("assistant") }
        for name in ["content", "refusal"] where message[name] == nil { message[name] = .null }
        if case .array(let calls) = message["tool_calls"] ?? .null {
            message["tool_calls"] = .array(calls.map { without("index", $0) })
            if message["content"] == "" { message["content"] = .null }
        }
        choice["message"] = message
        if choice["logprobs"] == nil { choice["logprobs"] = .null }
        return choice
    }

    private static func streamed(_ choice: JSONValue) -> JSONValue {
        var choice = renamed(choice, "message", to: "delta")
        guard var delta = choice["delta"], case .array(let calls) = delta["tool_calls"] ?? .null else { return choice }
        delta["tool_calls"] = .array(calls.enumerated().map { numbered($1, Int64($0)) })
        choice["delta"] = delta
        return choice
    }

    private static func numbered(_ call: JSONValue, _ number: Int64) -> JSONValue {
        var call = call
        call["index"] = .number(number)
        return call
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

extension JSONValue {
    fileprivate var number: Int64 {
        if case .number(let text) = self["index"] { Int64(text) ?? 0 } else { 0 }
    }
}

// Merging. What is merged into is first taken out of its place, so that it grows and is not copied: else each chunk
// would cost as much as everything before it.
extension JSONValue {
    /// What is said whole each time that it is said.
    private static let fixed: Set<String> = ["index", "type", "id", "role", "finish_reason", "object"]

    fileprivate mutating func merge(_ new: JSONValue, named name: String) {
        switch new {
        case .null: return
        case .string(let piece): merge(piece, named: name)
        case .array(let more):
            var values = takeArray()
            values.merge(more)
            self = .array(values)
        case .object(let more):
            var members = takeObject()
            members.merge(more)
            self = .object(members)
        case .boolean, .number: self = new
        }
    }

    private mutating func merge(_ piece: String, named name: String) {
        if Self.fixed.contains(name) {
            if !piece.isEmpty || self == .null { self = .string(piece) }
        } else {
            var text = takeString()
            text += piece
            self = .string(text)
        }
    }

    /// Empty where it is something else; null stays in its place.
    private mutating func takeString() -> String {
        guard case .string(let text) = self else { return "" }
        self = .null
        return text
    }

    private mutating func takeArray() -> [JSONValue] {
        guard case .array(let values) = self else { return [] }
        self = .null
        return values
    }

    private mutating func takeObject() -> [Member] {
        guard case .object(let members) = self else { return [] }
        self = .null
        return members
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
