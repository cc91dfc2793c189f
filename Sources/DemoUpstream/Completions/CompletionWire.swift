import NIOCore

/// `POST /v1/completions`: chunks, or one completion. Reasoning is never shown here.
struct CompletionWire: ReplyWire {
    private let reply: Reply
    private let id: String
    /// Of a chunk, up to its text.
    private let beginning: String
    /// Of a chunk, behind its choices.
    private let ending: String
    /// Of each choice, how many scalars were written.
    private var offsets: [Int]

    init(_ reply: Reply, id: String) {
        self.reply = reply
        self.id = "cmpl-" + id
        beginning =
            "data: {\"id\":\(jsonString(self.id)),\"object\":\"text_completion\",\"created\":\(demoTime),"
            + "\"model\":\(jsonString(reply.ask.model)),\"choices\":["
        ending = reply.ask.streamsUsage ? "],\"usage\":null}\n\n" : "]}\n\n"
        offsets = reply.choices.map { _ in 0 }
    }

    mutating func open(_ events: inout ByteBuffer) {
        guard reply.ask.echoes else { return }
        for choice in reply.choices.indices {
            let prompt = reply.prompt(ofChoice: choice)
            write(Substring(prompt), choice, probabilities(of: echoed(prompt), from: 0), &events)
            offsets[choice] = prompt.unicodeScalars.count
        }
    }

    mutating func write(_ step: Reply.Step, _ events: inout ByteBuffer) {
        if case .text(let piece) = step.token {
            write(piece, step.choice, probabilities(of: [(piece, true)], from: offsets[step.choice]), &events)
            if reply.ask.alternatives != nil { offsets[step.choice] += piece.unicodeScalars.count }
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

    private func write(_ text: Substring, _ choice: Int, _ probabilities: JSON, _ events: inout ByteBuffer) {
        events.writeString(beginning)
        events.writeStaticString("{\"text\":")
        events.writeJSONString(text)
        events.writeString(",\"index\":\(choice),\"logprobs\":\(probabilities.text),\"finish_reason\":null}")
        events.writeString(ending)
    }

    private func writeFinish(_ choice: Int, _ events: inout ByteBuffer) {
        let reason = reply.choices[choice].finish.rawValue
        events.writeString(
            "\(beginning){\"text\":\"\",\"index\":\(choice),\"logprobs\":null,\"finish_reason\":\"\(reason)\"}\(ending)"
        )
    }
}

extension Reply {
    /// The text that a choice goes on from.
    fileprivate func prompt(ofChoice choice: Int) -> String {
        ask.prompts[choice / (ask.shownChoices ?? ask.choices)].messages.question
    }
}

// One completion.
extension CompletionWire {
    func whole() -> JSON {
        let completion: JSON = [
            "id": .string(id), "object": "text_completion", "created": .integer(demoTime),
            "model": .string(reply.ask.model), "choices": .array(reply.choices.indices.map(choice)),
        ]
        return completion.adding("usage", reply.reports.last?.json)
    }

    private func choice(_ index: Int) -> JSON {
        let choice = reply.choices[index]
        let prompt = reply.ask.echoes ? reply.prompt(ofChoice: index) : ""
        let tokens = echoed(prompt) + choice.pieces.map { ($0, true) }
        return [
            "text": .string(prompt + choice.text), "index": .integer(index),
            "logprobs": probabilities(of: tokens, from: 0), "finish_reason": .string(choice.finish.rawValue),
        ]
    }
}

// Probabilities, as only this endpoint tells them.
extension CompletionWire {
    private typealias Told = (piece: Substring, hasProbability: Bool)

    /// Nothing stands before the first token of a prompt, so it has no probability.
    private func echoed(_ prompt: String) -> [Told] {
        reply.ask.ruler.split(prompt).enumerated().map { ($1, $0 > 0) }
    }

    private func probabilities(of tokens: [Told], from start: Int) -> JSON {
        guard let alternatives = reply.ask.alternatives else { return nil }
        var offset = start
        let offsets = tokens.map { token -> JSON in
            defer { offset += token.piece.unicodeScalars.count }
            return .integer(offset)
        }
        return [
            "tokens": .array(tokens.map { .string(String($0.piece)) }),
            "token_logprobs": .array(
                tokens.map { $0.hasProbability ? .number(Probability(of: $0.piece).logarithm) : nil }),
            "top_logprobs": .array(tokens.map { $0.hasProbability ? ranking($0.piece, alternatives) : nil }),
            "text_offset": .array(offsets),
        ]
    }

    private func ranking(_ piece: Substring, _ alternatives: Int) -> JSON {
        .object(
            Probability(of: piece).ranking(alternatives).map {
                .init(name: String($0.token), value: .number($0.logarithm))
            })
    }
}
