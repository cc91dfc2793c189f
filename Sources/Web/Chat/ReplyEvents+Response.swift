import Core
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

extension ChatVisit {
    /// A question's own stream: its place while it waits, what has begun, then the reply as it comes.
    func events(_ asked: Asked) -> Response {
        .events { writer in
            guard try await enter(asked, writer) else { return }
            let scene = ChatScene(record: asked.record)
            try await writer.write(.begin(try await begin(asked, scene)))
            try await follow(asked.reply, in: asked.chat, writer)
        }
    }

    /// The rest of a reply, from its beginning, for a page that was opened meanwhile.
    func events(of reply: Message, in chat: ConversationID) -> Response {
        .events { writer in try await follow(reply, in: chat, writer) }
    }

    /// - Returns: false where the question was refused after all, which is said.
    private func enter(_ asked: Asked, _ writer: EventWriter) async throws -> Bool {
        var said = ""
        do {
            try await untilLetIn(asked) { place in
                let message = words.waiting(at: place)
                if message == said { return try await writer.keepAlive() }
                said = message
                try await writer.write(.wait(.init(place: place.place, length: place.length, message: message)))
            }
            return true
        } catch {
            guard let failure = failure(error) else { throw error }
            let gauge = try await gauge("", after: asked.asking.before, model: asked.asking.submission.model)
            try await writer.write(.fail(.init(html: nil, message: failure.explanation, gauge: gauge)))
            return false
        }
    }

    private func begin(_ asked: Asked, _ scene: ChatScene) async throws -> ChatEvent.Begin {
        let messages = asked.record.messages
        let earlier = Set(asked.submitted.isRepeated ? [] : asked.asking.before?.messages.map(\.id) ?? [])
        let added = asked.submitted.isRepeated ? messages.suffix(2) : messages.filter { !earlier.contains($0.id) }[...]
        let gone = earlier.subtracting(messages.map(\.id)).union(asked.submitted.isRepeated ? added.map(\.id) : [])
        let stop = asked.reply.reply.map { "/chat/\(asked.chat)/replies/\($0.requestID)/stop" } ?? ""
        return ChatEvent.Begin(
            chat: asked.chat.rawValue, address: "/chat/\(asked.chat)", stop: stop,
            removes: gone.map(\.rawValue).sorted(), html: await html(Array(added), scene),
            gauge: try await gauge("", after: asked.record, model: asked.asking.submission.model))
    }

    /// Writes what changes until the reply is over. A comment now and then shows that the line is not dead.
    private func follow(_ reply: Message, in chat: ConversationID, _ writer: EventWriter) async throws {
        var markdown = GrowingMarkdown()
        var changes = BlockChanges()
        do {
            try await ReplyFollowing(ports: ports, message: reply, person: person.id).follow { standing in
                if standing.isOver { return try await writer.write(try await end(standing, in: chat)) }
                let blocks = changes.next(markdown.blocks(of: standing.message.text))
                for block in blocks { try await writer.write(.block(block)) }
                if blocks.isEmpty { try await writer.keepAlive() }
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            try await writer.write(lost(error))
        }
    }

    private func end(_ standing: ReplyStanding, in chat: ConversationID) async throws -> ChatEvent {
        var scene = ChatScene(record: try await record(of: chat), ended: standing)
        scene.record?.replace(standing.message)
        let messages = scene.record?.messages ?? []
        let html = await html(messages.suffix(2), scene)
        let gauge = try await gauge("", after: scene.record, model: scene.record?.conversation.model)
        let row = await row(standing.message, scene, among: messages)
        if let problem = row.problem { return .fail(ChatEvent.Fail(html: html, message: problem, gauge: gauge)) }
        return .end(
            ChatEvent.End(
                html: html, summary: [row.remark, row.usage].compactMap { $0 }.joined(separator: ". "),
                total: try await total(of: chat), today: try await site.today(of: person), gauge: gauge))
    }

    /// The stream cannot go on, though the reply may: the page finds it again when it is loaded anew.
    private func lost(_ error: any Error) -> ChatEvent {
        if !(error is NotFound) {
            context.logger.error("A reply could not be followed", metadata: ["error": "\(error)"])
        }
        let message =
            error is NotFound
            ? words("The question was not taken, or the chat was deleted.")
            : words("The connection was lost. What was written is kept; reload the page to see it.")
        return .fail(ChatEvent.Fail(html: nil, message: message, gauge: nil))
    }

    private func html(_ messages: [Message], _ scene: ChatScene) async -> String {
        var html = ""
        for message in messages {
            let row = await row(message, scene, among: scene.record?.messages ?? messages)
            html += site.templates.render(part: "chat/message", row)
        }
        return html
    }
}

extension ConversationRecord {
    /// A reply's worker knows its end even where the store could not take it yet.
    mutating func replace(_ message: Message) {
        guard let index = messages.firstIndex(where: { $0.id == message.id }) else { return }
        messages[index] = message
    }
}

/// Writes server-sent events.
///
/// Hummingbird lends the writer of a body only for the length of a call; this holds it while one task writes.
final class EventWriter {
    private var writer: any ResponseBodyWriter
    private var writtenAt = ContinuousClock.now

    init(_ writer: any ResponseBodyWriter) {
        self.writer = writer
    }

    func write(_ event: ChatEvent) async throws { try await write(try event.encoded()) }

    /// A comment, when nothing was written for nearly as long as a proxy bears.
    func keepAlive() async throws {
        guard ContinuousClock.now - writtenAt > ReplyFollowing.silence * 0.9 else { return }
        try await write(": still here\n\n")
    }

    func finish() async throws { try await writer.finish(nil) }

    private func write(_ text: String) async throws {
        try await writer.write(ByteBuffer(string: text))
        writtenAt = .now
    }
}

extension Response {
    /// Events as they are written, past nginx's buffers.
    fileprivate static func events(_ write: @escaping @Sendable (EventWriter) async throws -> Void) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .xAccelBuffering: "no"],
            body: ResponseBody { writer in
                let events = EventWriter(writer)
                try await write(events)
                try await events.finish()
            })
    }
}

extension HTTPField.Name {
    static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering")!
}

extension Site {
    /// `GET /chat/{chat}/replies/{request}/events`.
    func followReply(_ request: Request, _ context: SiteContext) async throws -> Response {
        let visit = try await ChatVisit(self, context)
        let reply = try await visit.replyInPath()
        guard context.takeStreamSlot() else { throw Failure.noStreamSlot(words) }
        return visit.events(of: reply, in: reply.conversation)
    }

    /// Really stops it: at the model, whichever worker reads it.
    func stopReply(_ request: Request, _ context: SiteContext) async throws -> Response {
        let visit = try await ChatVisit(self, context)
        let reply = try await visit.replyInPath()
        if let request = reply.reply?.requestID { _ = try await ports.gate.stop(request, of: visit.person.id) }
        return stopped(in: reply.conversation, request)
    }

    /// `POST /chat/{chat}/stop`: the same, for a page that does not know the reply's name yet.
    func stopChat(_ request: Request, _ context: SiteContext) async throws -> Response {
        let visit = try await ChatVisit(self, context)
        let record = try await visit.recordInPath()
        try await visit.stop(in: record)
        return stopped(in: record.conversation.id, request)
    }

    private func stopped(in chat: ConversationID, _ request: Request) -> Response {
        ErrorForm(request) == .page ? redirect(to: "/chat/\(chat)") : Response(status: .noContent)
    }
}

extension ChatVisit {
    /// Stops the reply that is being written, or is about to be: for a moment the gate may not know it yet, or only in
    /// another worker.
    func stop(in record: ConversationRecord) async throws {
        guard let running = record.messages.last(where: { $0.state == .streaming })?.reply else { return }
        for _ in 0..<20 {
            if try await ports.gate.stop(running.requestID, of: person.id) { return }
            try await Task.sleep(for: .milliseconds(100))
            let reply = try? await ports.conversations.reply(to: running.requestID, of: person.id)
            guard reply?.state == .streaming else { return }
        }
    }

    /// The reply that the path names.
    fileprivate func replyInPath() async throws -> Message {
        let chat: ConversationID = try context.identifier("chat")
        let reply = try await ports.conversations.reply(to: try context.identifier("request"), of: person.id)
        guard reply.conversation == chat else { throw Failure.notFound }
        return reply
    }
}
