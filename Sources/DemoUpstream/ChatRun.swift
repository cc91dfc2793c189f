import Hummingbird
import NIOCore

/// One completion as it is given.
struct ChatRun: Sendable {
    let plan: ChatPlan
    let tally: Tally
    let context: DemoContext
    let firstToken: NIODeadline

    private var wire: ChatWire { ChatWire(id: tally.id, model: plan.request.model) }

    /// The completion in one piece, after the time it would take to stream it.
    func whole() async throws -> Response {
        try await context.wait(until: due(plan.completionTokens))
        tally.add(tokens: plan.completionTokens)
        tally.end(context.channel.isActive ? .finished : .left)
        let body = wire.whole(plan, ReportedUsage.reports(of: plan).last)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    /// The completion as it is produced.
    func stream() -> Response {
        let body = ResponseBody { writer in
            do {
                try await write(&writer)
                try await writer.finish(nil)
                tally.end(.finished)
            } catch let error as Broken {
                tally.end(.broken)
                throw error
            } catch {
                tally.end(.left)
                throw error
            }
        }
        let headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"]
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Another answer than a completion.
    func instead(_ response: Response) -> Response {
        tally.end(.refused)
        return response
    }

    /// When so many tokens are there.
    private func due(_ tokens: Int) -> NIODeadline {
        firstToken + .nanoseconds(Int64(Double(tokens) * (plan.secondsPerToken ?? 0) * 1e9))
    }
}

/// A script ended the reply.
private struct Broken: Error {}

// Writing the stream.
extension ChatRun {
    private func write(_ writer: inout any ResponseBodyWriter) async throws {
        try await send(wire.role(), &writer)
        try await writeTokens(&writer)
        if plan.script.endsWithReason { try await send(wire.finish(plan.finishReason), &writer) }
        if plan.request.streamOptions?.includeUsage == true {
            for usage in ReportedUsage.reports(of: plan) { try await send(wire.usage(usage), &writer) }
        }
        if plan.script.endsWithDone { try await send(ChatWire.done, &writer) }
    }

    /// Every token when it is due. A run that is late, or hurries, sends several in one write.
    private func writeTokens(_ writer: inout any ResponseBodyWriter) async throws {
        var produced = 0
        while produced < plan.completionTokens {
            try await breakIfScripted(after: produced, &writer)
            try await context.wait(until: due(produced))
            let end = tokensDue(after: produced)
            try await send((produced..<end).map(chunk).joined(), &writer)
            tally.add(tokens: end - produced)
            produced = end
        }
        try await breakIfScripted(after: produced, &writer)
    }

    /// - Returns: more than `produced`, at most a handful more, and not past a scripted end.
    private func tokensDue(after produced: Int) -> Int {
        let now = NIODeadline.now()
        var end = produced + 1
        let last = min(plan.completionTokens, plan.script.breaking?.afterTokens ?? .max, produced + 32)
        while end < last, due(end) <= now { end += 1 }
        return end
    }

    private func chunk(_ index: Int) -> String {
        index < plan.reasoning.count
            ? wire.text(plan.reasoning[index], field: "reasoning_content")
            : wire.text(plan.text[index - plan.reasoning.count])
    }

    private func send(_ events: String, _ writer: inout any ResponseBodyWriter) async throws {
        let events = plan.script.mixesLineEnds ? events.replacing("\n\n", with: "\r\n\r") : events
        guard plan.script.splitsCharacters else { return try await writer.write(ByteBuffer(string: events)) }
        for byte in events.utf8 { try await writer.write(ByteBuffer(bytes: [byte])) }
    }
}

// Scripted ends.
extension ChatRun {
    private func breakIfScripted(after produced: Int, _ writer: inout any ResponseBodyWriter) async throws {
        guard let breaking = plan.script.breaking, breaking.afterTokens == produced else { return }
        do {
            try await perform(breaking.kind, &writer)
        } catch {
            throw Broken()
        }
    }

    private func perform(_ kind: Script.Break.Kind, _ writer: inout any ResponseBodyWriter) async throws {
        switch kind {
        case .cut: try await context.hangUp()
        case .reset: try await context.reset()
        case .hang: try await context.hang()
        case .garbage: try await send("data: <!doctype html>\n\n", &writer)
        case .error: try await send(wire.error(), &writer)
        case .hugeLine: try await sendHugeLine(&writer)
        }
        throw Broken()
    }

    private func sendHugeLine(_ writer: inout any ResponseBodyWriter) async throws {
        try await send("data: ", &writer)
        for _ in 0..<1_000 { try await writer.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: 100_000)) }
    }
}
