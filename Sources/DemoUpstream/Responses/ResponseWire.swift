import NIOCore

/// `POST /v1/responses`: events that tell how the response grows, or the response.
struct ResponseWire: ReplyWire {
    private let reply: Reply
    private let id: String
    private var sequence = 0
    /// The items that are complete.
    private var output: [JSON] = []
    private var item: ResponseItem?
    /// Of an event that brings more of the item, up to the piece; and behind it, up to the sequence number.
    private var delta = (beginning: "", ending: "")

    init(_ reply: Reply, id: String) {
        self.reply = reply
        self.id = id
    }

    mutating func open(_ events: inout ByteBuffer) {
        write("response.created", ["response": response("in_progress")], &events)
        write("response.in_progress", ["response": response("in_progress")], &events)
    }

    mutating func write(_ step: Reply.Step, _ events: inout ByteBuffer) {
        switch step.token {
        case .reasoning(let piece):
            begin(.reasoning, &events)
            if item?.text == "" { writeSummaryPart("added", &events) }
            add(piece, &events)
        case .hidden: begin(.reasoning, &events)
        case .text(let piece):
            begin(.message, &events)
            add(piece, &events)
        case .naming: end("completed", &events)
        case .call(_, let name):
            end("completed", &events)
            begin(.call(name: name), &events)
        case .arguments(_, let piece): add(piece, &events)
        }
    }

    mutating func close(_ events: inout ByteBuffer) {
        guard reply.script.endsWithReason else { return }
        end(ending, &events)
        write("response.\(ending)", ["response": response(ending, usage: reply.reports.last?.responseJSON)], &events)
    }

    mutating func whole() -> JSON {
        var unread = ByteBuffer()
        for step in reply.steps { write(step, &unread) }
        end(ending, &unread)
        return response(ending, usage: reply.reports.last?.responseJSON)
    }

    mutating func writeError(_ events: inout ByteBuffer) {
        write("error", ["code": "server_error", "message": "The script asked for an error.", "param": nil], &events)
    }

    mutating func writeFailure(_ events: inout ByteBuffer) {
        end("incomplete", &events)
        write("response.failed", ["response": response("failed")], &events)
    }

    /// How the response ends, and the item that its cap ended.
    private var ending: String {
        reply.choices.first?.finish == .length ? "incomplete" : "completed"
    }
}

// Items.
extension ResponseWire {
    /// Goes on with an item of this kind, or begins one.
    private mutating func begin(_ kind: ResponseItem.Kind, _ events: inout ByteBuffer) {
        guard item?.kind != kind else { return }
        end("completed", &events)
        let item = ResponseItem(kind, index: output.count, responseID: id)
        self.item = item
        write("response.output_item.added", ["output_index": place, "item": item.begun()], &events)
        if kind == .message { write("response.content_part.added", inPart(["part": item.part]), &events) }
        delta = beginningAndEndingOfDelta(item)
    }

    private mutating func add(_ piece: Substring, _ events: inout ByteBuffer) {
        item?.text += piece
        events.writeString(delta.beginning)
        events.writeJSONString(piece)
        if item?.kind == .message { writeProbability(of: piece, &events) }
        events.writeString(delta.ending)
        events.writeString("\(sequence)}\n\n")
        sequence += 1
    }

    private mutating func writeProbability(of piece: Substring, _ events: inout ByteBuffer) {
        guard let alternatives = reply.ask.alternatives else {
            events.writeStaticString(",\"logprobs\":[]")
            return
        }
        let probability = Probability(of: piece).json(alternatives: alternatives)
        item?.probabilities.append(probability)
        events.writeString(",\"logprobs\":[\(probability.text)]")
    }

    /// Ends the item that has been begun, if there is one.
    private mutating func end(_ status: String, _ events: inout ByteBuffer) {
        guard let item else { return }
        switch item.kind {
        case .reasoning where item.text.isEmpty: break
        case .reasoning:
            write("response.reasoning_summary_text.done", inPart(["text": .string(item.text)]), &events)
            writeSummaryPart("done", &events)
        case .message:
            let done: JSON = ["text": .string(item.text), "logprobs": .array(item.probabilities)]
            write("response.output_text.done", inPart(done), &events)
            write("response.content_part.done", inPart(["part": item.part]), &events)
        case .call(let name):
            let done: JSON = ["name": .string(name), "arguments": .string(item.text)]
            write("response.function_call_arguments.done", inPart(done), &events)
        }
        write("response.output_item.done", ["output_index": place, "item": item.ended(status)], &events)
        output.append(item.ended(status))
        self.item = nil
    }

    private mutating func writeSummaryPart(_ change: String, _ events: inout ByteBuffer) {
        guard let item else { return }
        write("response.reasoning_summary_part.\(change)", inPart(["part": item.part]), &events)
    }
}

// Events.
extension ResponseWire {
    private mutating func write(_ type: String, _ members: JSON, _ events: inout ByteBuffer) {
        let named = JSON.object([.init(name: "type", value: .string(type))] + (members.members ?? []))
        events.writeString(
            "event: \(type)\ndata: \(named.adding("sequence_number", .integer(sequence)).text)\n\n")
        sequence += 1
    }

    private var place: JSON { .integer(output.count) }

    /// These members, behind those that say which part of which item is meant.
    private func inPart(_ members: JSON) -> JSON {
        guard let item else { return members }
        let part: [JSON.Member] =
            switch item.kind {
            case .reasoning: [.init(name: "summary_index", value: 0)]
            case .message: [.init(name: "content_index", value: 0)]
            case .call: []
            }
        let all: [JSON.Member] = [
            .init(name: "item_id", value: .string(item.id)), .init(name: "output_index", value: place),
        ]
        return .object(all + part + (members.members ?? []))
    }

    private func beginningAndEndingOfDelta(_ item: ResponseItem) -> (String, String) {
        let type =
            switch item.kind {
            case .reasoning: "response.reasoning_summary_text.delta"
            case .message: "response.output_text.delta"
            case .call: "response.function_call_arguments.delta"
            }
        let members = inPart([:]).text.dropFirst().dropLast()
        return ("event: \(type)\ndata: {\"type\":\"\(type)\",\(members),\"delta\":", ",\"sequence_number\":")
    }
}

// The response.
extension ResponseWire {
    private func response(_ status: String, usage: JSON? = nil) -> JSON {
        let ask = reply.ask
        let failure: JSON = ["code": "server_error", "message": "The script asked for an error."]
        return [
            "id": .string("resp_" + id), "object": "response", "created_at": .integer(demoTime),
            "status": .string(status), "background": false, "error": status == "failed" ? failure : nil,
            "incomplete_details": status == "incomplete" ? ["reason": "max_output_tokens"] : nil,
            "instructions": nil, "max_output_tokens": ask.cap.map { .integer($0) } ?? nil,
            "model": .string(ask.model), "output": .array(output),
            "parallel_tool_calls": .bool(ask.functions.mayBeParallel), "previous_response_id": nil,
            "reasoning": ["effort": nil, "summary": nil], "store": false, "temperature": 1,
            "text": ["format": ask.format.json], "tool_choice": ask.functions.choice.json,
            "tools": .array(ask.functions.list.map(\.json)), "top_p": 1, "truncation": "disabled",
            "usage": usage ?? nil, "metadata": [:],
        ]
    }
}

extension Ask.Format {
    fileprivate var json: JSON {
        switch self {
        case .prose: ["type": "text"]
        case .json(nil): ["type": "json_object"]
        case .json(let schema?): ["type": "json_schema", "name": "reply", "strict": true, "schema": schema]
        }
    }
}

extension Functions.Choice {
    fileprivate var json: JSON {
        switch self {
        case .auto: "auto"
        case .none: "none"
        case .required: "required"
        case .named(let name): ["type": "function", "name": .string(name)]
        }
    }
}

extension Function {
    fileprivate var json: JSON {
        [
            "type": "function", "name": .string(name), "description": description.map { .string($0) } ?? nil,
            "parameters": parameters, "strict": true,
        ]
    }
}
