import NIOCore

/// `POST /v1/chat/completions`: chunks, or one completion.
struct ChatWire: ReplyWire {
    private let reply: Reply
    private let id: String
    /// Of a chunk, up to its choices.
    private let beginning: String
    /// Of a chunk, behind its choices.
    private let ending: String
    /// Of each choice, up to its delta.
    private let choices: [String]

    init(_ reply: Reply, id: String) {
        self.reply = reply
        self.id = id
        beginning =
            "data: {\"id\":\(jsonString("chatcmpl-" + id)),\"object\":\"chat.completion.chunk\",\"created\":\(demoTime),"
            + "\"model\":\(jsonString(reply.ask.model)),\"choices\":["
        ending = reply.ask.streamsUsage ? "],\"usage\":null}\n\n" : "]}\n\n"
        choices = reply.choices.indices.map { "{\"index\":\($0),\"delta\":{" }
    }

    func open(_ events: inout ByteBuffer) {
        for choice in reply.choices.indices {
            chunk(choice, &events) { $0.writeStaticString(#""role":"assistant","content":"","refusal":null"#) }
        }
    }

    func write(_ step: Reply.Step, _ events: inout ByteBuffer) {
        if step.token.isSeen {
            let logprobs = logprobs(of: step.token).map { ",\"logprobs\":" + $0.text } ?? ""
            chunk(step.choice, logprobs: logprobs, &events) { write(step.token, ofChoice: step.choice, &$0) }
        }
        if step.endsChoice { writeFinish(step.choice, &events) }
    }

    func close(_ events: inout ByteBuffer) {
        if reply.script.endsWithReason {
            for choice in reply.lastChoices { writeFinish(choice, &events) }
        }
        if reply.ask.streamsUsage {
            for usage in reply.reports { events.writeString("\(beginning)],\"usage\":\(usage.json.text)}\n\n") }
        }
        if reply.script.endsWithDone { events.writeString(streamDone) }
    }
}

/// What chat and legacy completions end a stream with.
let streamDone = "data: [DONE]\n\n"

// Chunks.
extension ChatWire {
    private func chunk(
        _ choice: Int, logprobs: String = "", _ events: inout ByteBuffer, delta: (inout ByteBuffer) -> Void
    ) {
        events.writeString(beginning)
        events.writeString(choices[choice])
        delta(&events)
        events.writeStaticString("}")
        events.writeString(logprobs)
        events.writeStaticString(",\"finish_reason\":null}")
        events.writeString(ending)
    }

    private func writeFinish(_ choice: Int, _ events: inout ByteBuffer) {
        let reason = reply.choices[choice].finish.rawValue
        events.writeString("\(beginning)\(choices[choice])},\"finish_reason\":\"\(reason)\"}\(ending)")
    }

    private func write(_ token: Token, ofChoice choice: Int, _ events: inout ByteBuffer) {
        switch token {
        case .text(let piece):
            events.writeStaticString("\"content\":")
            events.writeJSONString(piece)
        case .reasoning(let piece):
            events.writeStaticString("\"reasoning_content\":")
            events.writeJSONString(piece)
        case .call(let index, let name):
            let call = call(name, arguments: "", choice, index, isDelta: true)
            events.writeString("\"tool_calls\":[\(call.text)]")
        case .arguments(let index, let piece):
            events.writeString("\"tool_calls\":[{\"index\":\(index),\"function\":{\"arguments\":")
            events.writeJSONString(piece)
            events.writeStaticString("}}]")
        case .hidden, .naming: break
        }
    }

    private func logprobs(of token: Token) -> JSON? {
        guard let alternatives = reply.ask.alternatives, case .text(let piece) = token else { return nil }
        return ["content": [Probability(of: piece).json(alternatives: alternatives)], "refusal": nil]
    }

    private func call(_ name: String, arguments: String, _ choice: Int, _ index: Int, isDelta: Bool) -> JSON {
        .object(
            (isDelta ? [.init(name: "index", value: .integer(index))] : []) + [
                .init(name: "id", value: .string("call_\(id)_\(choice)_\(index)")),
                .init(name: "type", value: "function"),
                .init(name: "function", value: ["name": .string(name), "arguments": .string(arguments)]),
            ])
    }
}

extension Token {
    /// Whether anything is sent for it.
    var isSeen: Bool {
        switch self {
        case .hidden, .naming: false
        case .reasoning, .text, .call, .arguments: true
        }
    }
}

// One completion.
extension ChatWire {
    func whole() -> JSON {
        let choices = reply.choices.enumerated().map { index, choice -> JSON in
            [
                "index": .integer(index), "message": message(choice, index), "logprobs": logprobs(of: choice),
                "finish_reason": .string(choice.finish.rawValue),
            ]
        }
        let completion: JSON = [
            "id": .string("chatcmpl-" + id), "object": "chat.completion", "created": .integer(demoTime),
            "model": .string(reply.ask.model), "choices": .array(choices),
        ]
        return completion.adding("usage", reply.reports.last?.json)
    }

    private func message(_ choice: Choice, _ index: Int) -> JSON {
        let calls = choice.calls.enumerated().map {
            call($1.name, arguments: $1.arguments, index, $0, isDelta: false)
        }
        let message: JSON = [
            "role": "assistant", "content": calls.isEmpty ? .string(choice.text) : nil, "refusal": nil,
        ]
        return message.adding("tool_calls", calls.isEmpty ? nil : .array(calls))
            .adding("reasoning_content", choice.reasoning.isEmpty ? nil : .string(choice.reasoning))
    }

    private func logprobs(of choice: Choice) -> JSON {
        guard let alternatives = reply.ask.alternatives else { return nil }
        let content = choice.pieces.map { Probability(of: $0).json(alternatives: alternatives) }
        return ["content": .array(content), "refusal": nil]
    }
}

extension JSON {
    /// This object with another member, where there is a value for it.
    func adding(_ name: String, _ value: JSON?) -> JSON {
        guard let value, case .object(let members) = self else { return self }
        return .object(members + [Member(name: name, value: value)])
    }
}
