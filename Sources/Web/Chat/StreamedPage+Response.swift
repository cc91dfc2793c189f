import Core
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

extension ChatVisit {
    /// The page with the reply streaming into it, for browsers without scripts; what was sent before is shown as it is.
    func streamedPage(_ asked: Asked) async throws -> Response {
        guard !asked.submitted.isRepeated, let request = asked.reply.reply?.requestID else {
            return site.redirect(to: "/chat/\(asked.chat)")
        }
        let scene = ChatScene(record: asked.record, place: request)
        guard let page = StreamedPage(site.templates.render(try await page(scene))) else {
            return site.redirect(to: "/chat/\(asked.chat)")
        }
        return Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8", .xAccelBuffering: "no"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: page.head))
                let write = { (html: String) in try await writer.write(ByteBuffer(string: html)) }
                var tail = try await enter(asked, write)
                if tail == nil { tail = try await stream(asked.reply, scene, write) }
                try await writer.write(ByteBuffer(string: tail ?? page.tail))
                try await writer.finish(nil)
            })
    }

    /// Writes where the question waits.
    ///
    /// - Returns: the end of the page with the reason why it was refused after all, and with the draft; nil once it is in.
    private func enter(_ asked: Asked, _ write: (String) async throws -> Void) async throws -> String? {
        var said = ""
        do {
            try await untilLetIn(asked) { place in
                let message = words.waiting(at: place)
                guard message != said else { return }
                said = message
                let html = Markdown.blocks(of: message).joined()
                try await write("<div class=\"muted small\" data-wait>\(html)</div>")
            }
            return nil
        } catch {
            guard let failure = failure(error) else { throw error }
            var scene = asked.asking.scene(failure)
            scene.record = asked.record
            scene.withdrawn = ChatScene.Withdrawn(before: asked.asking.before)
            scene.place = asked.reply.reply?.requestID
            scene.draft = asked.asking.submission.question ?? ""
            return StreamedPage(site.templates.render(try await page(scene)))?.tail
        }
    }

    /// Writes each block when it is certain to be whole.
    ///
    /// - Returns: the end of the page as it is after the reply; nil when that could not be found out.
    private func stream(
        _ reply: Message, _ scene: ChatScene, _ write: (String) async throws -> Void
    ) async throws -> String? {
        var markdown = GrowingMarkdown()
        var whole = WholeBlocks()
        var last: ReplyStanding?
        do {
            try await ReplyFollowing(ports: ports, message: reply, person: person.id).follow { standing in
                let blocks = whole.next(markdown.blocks(of: standing.message.text), isEnd: standing.isOver)
                for block in blocks { try await write("<div data-block>\(block)</div>") }
                last = standing
            }
            guard let last, last.isOver else { throw CancellationError() }
            return try await tail(after: last, scene)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.logger.error("A reply could not be followed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func tail(after standing: ReplyStanding, _ scene: ChatScene) async throws -> String? {
        var scene = scene
        scene.record = try await record(of: standing.message.conversation)
        scene.record?.replace(standing.message)
        scene.ended = standing
        return StreamedPage(site.templates.render(try await page(scene)))?.tail
    }
}
