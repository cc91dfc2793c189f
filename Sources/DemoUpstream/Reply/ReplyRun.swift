import Hummingbird
import NIOCore

/// One reply as it is given.
struct ReplyRun<Wire: ReplyWire>: Sendable {
    let reply: Reply
    let wire: Wire
    let tally: Tally
    let context: DemoContext
    let firstToken: NIODeadline

    /// The reply in one piece, after the time it would take to stream it.
    func whole() async throws -> Response {
        if let breaking = reply.script.breaking, breaking.afterTokens <= reply.completionTokens {
            return try await brokenWhole(breaking)
        }
        try await context.wait(until: due(reply.completionTokens))
        tally.add(tokens: reply.completionTokens)
        tally.end(context.channel.isActive ? .finished : .left)
        return Response(status: .ok, headers: .json, body: ResponseBody(byteBuffer: ByteBuffer(string: wholeText())))
    }

    /// The reply as it is produced.
    func stream() -> Response {
        let headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"]
        return Response(status: .ok, headers: headers, body: body { try await writeStream(&$0) })
    }

    /// When so many tokens are there.
    private func due(_ tokens: Int) -> NIODeadline {
        firstToken + .nanoseconds(Int64(Double(tokens) * (reply.secondsPerToken ?? 0) * 1e9))
    }

    private func wholeText() -> String {
        var wire = wire
        return wire.whole().text
    }

    /// A body whose end is in the journal, whichever way it comes: if the peer left before the answer began, the body
    /// is thrown away without being asked for.
    private func body(_ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void) -> ResponseBody
    {
        let unread = Unread(tally: tally)
        return ResponseBody { writer in
            defer { withExtendedLifetime(unread) {} }
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
    }
}

/// A script ended the reply.
private struct Broken: Error {}

extension HTTPFields {
    static let json: HTTPFields = [.contentType: "application/json"]
}

// Writing the stream.
extension ReplyRun {
    private func writeStream(_ writer: inout any ResponseBodyWriter) async throws {
        var wire = wire
        try await send(&writer) { wire.open(&$0) }
        try await writeTokens(&wire, &writer)
        try await send(&writer) { wire.close(&$0) }
    }

    /// Every token when it is due. A run that is late, or hurries, sends several in one write.
    private func writeTokens(_ wire: inout Wire, _ writer: inout any ResponseBodyWriter) async throws {
        var produced = 0
        while produced < reply.steps.count {
            try await breakIfScripted(after: produced, &wire, &writer)
            try await context.wait(until: due(produced))
            let end = tokensDue(after: produced)
            try await send(&writer) { for step in reply.steps[produced..<end] { wire.write(step, &$0) } }
            tally.add(tokens: end - produced)
            produced = end
        }
        try await breakIfScripted(after: produced, &wire, &writer)
    }

    /// - Returns: more than `produced`, at most a handful more, and not past a scripted end.
    private func tokensDue(after produced: Int) -> Int {
        let now = NIODeadline.now()
        var end = produced + 1
        let last = min(reply.steps.count, reply.script.breaking?.afterTokens ?? .max, produced + 32)
        while end < last, due(end) <= now { end += 1 }
        return end
    }

    private func send(_ writer: inout any ResponseBodyWriter, _ write: (inout ByteBuffer) -> Void) async throws {
        var events = ByteBuffer()
        write(&events)
        if reply.script.mixesLineEnds {
            events = ByteBuffer(string: String(buffer: events).replacing("\n\n", with: "\r\n\r"))
        }
        guard reply.script.splitsCharacters else {
            if events.readableBytes > 0 { try await writer.write(events) }
            return
        }
        for byte in events.readableBytesView { try await writer.write(ByteBuffer(bytes: [byte])) }
    }
}

// Scripted ends.
extension ReplyRun {
    private func breakIfScripted(after produced: Int, _ wire: inout Wire, _ writer: inout any ResponseBodyWriter)
        async throws
    {
        guard let breaking = reply.script.breaking, breaking.afterTokens == produced else { return }
        do {
            try await perform(breaking.kind, &wire, &writer)
        } catch {
            throw Broken()
        }
    }

    private func perform(_ kind: Script.Break.Kind, _ wire: inout Wire, _ writer: inout any ResponseBodyWriter)
        async throws
    {
        switch kind {
        case .cut: try await context.hangUp()
        case .reset: try await context.reset()
        case .hang: try await context.hang()
        case .garbage: try await send(&writer) { $0.writeString("data: <!doctype html>\n\n") }
        case .error: try await send(&writer) { wire.writeError(&$0) }
        case .failure: try await send(&writer) { wire.writeFailure(&$0) }
        case .hugeLine: try await sendHugeLine(&writer)
        }
        throw Broken()
    }

    private func sendHugeLine(_ writer: inout any ResponseBodyWriter) async throws {
        try await send(&writer) { $0.writeString("data: ") }
        for _ in 0..<1_000 { try await writer.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: 100_000)) }
    }

    /// A reply in one piece breaks after the time of so many tokens: as an error, or in the middle of the JSON.
    private func brokenWhole(_ breaking: Script.Break) async throws -> Response {
        try await context.wait(until: due(breaking.afterTokens))
        tally.add(tokens: breaking.afterTokens)
        tally.end(.broken)
        if breaking.kind == .error || breaking.kind == .failure { throw APIError.scripted(500) }
        let half = wholeText().utf8.prefix(100)
        let broken = body { writer in
            var wire = wire
            try await writer.write(ByteBuffer(bytes: half))
            try await breakIfScripted(after: breaking.afterTokens, &wire, &writer)
        }
        return Response(status: .ok, headers: .json, body: broken)
    }
}
