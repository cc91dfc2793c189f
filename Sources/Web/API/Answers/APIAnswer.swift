import Core
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import StrictJSON

/// One request of a program that spends tokens, on its way through the gate and back.
struct APIAnswer: Sendable {
    let site: Site
    let context: SiteContext
    let question: APIQuestion

    /// - Throws: `Failure`, `GateError`; then nothing was charged, unless the failure says so.
    func respond(to request: Request) async throws -> Response {
        let reply = try await site.submit(
            .api(question.request), to: question.model, maxReplyTokens: question.maxReplyTokens, of: request, context)
        return switch question.request.answer {
        case .document: try await document(reply)
        case .stream(let withUsage): stream(reply, withUsage: withUsage)
        }
    }

    private func headers(_ accounts: [Account]) -> HTTPFields {
        RateLimitFields(accounts, now: site.ports.time.now()).fields
    }

    /// Says that the balance, and not the program, made the reply short.
    private func shortening(_ reply: LiveReply) -> HTTPFields {
        guard let account = reply.shortenedBy else { return [:] }
        return [.xSluiceReplyCap: String(reply.replyCap), .xSluiceShortenedBy: account.policyName]
    }
}

// In one piece.
extension APIAnswer {
    private func document(_ reply: LiveReply) async throws -> Response {
        let (body, ending) = try await reply.document()
        if let failure = Failure(ending, site.words) { throw failure }
        guard let body else { throw Failure(brokenOff: ending, site.words) }
        let accounts = try await site.ports.ledger.accounts(on: reply.path, at: site.ports.time.now())
        var response = Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: withUsage(body, ending))))
        response.headers.append(contentsOf: headers(accounts))
        response.headers.append(contentsOf: shortening(reply))
        if let served = ending.modelServed, served != question.model { response.headers[.xSluiceModelServed] = served }
        return response
    }

    /// The body as it came; with our count where the upstream gave none, for clients take its absence for an error.
    private func withUsage(_ body: [UInt8], _ ending: ReplyEnding) -> [UInt8] {
        guard ending.usage.source == .counted, question.request.interface != .responses,
            let root = try? JSONDocument(body, limits: .init(depth: 512, allowsDuplicates: true)).root,
            root.member("usage") == nil
        else { return body }
        var value = JSONValue(root)
        value["usage"] = .usage(ending.usage)
        return value.bytes
    }
}

// As it comes.
extension APIAnswer {
    private func stream(_ reply: LiveReply, withUsage: Bool) -> Response {
        var response = Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .xAccelBuffering: "no"],
            body: ResponseBody { writer in
                try await reply.relay { passages in
                    for await event in passages {
                        if let bytes = bytes(event, withUsage) { try await writer.write(ByteBuffer(bytes: bytes)) }
                    }
                }
                try await writer.finish(nil)
            })
        response.headers.append(contentsOf: headers(reply.accounts))
        response.headers.append(contentsOf: shortening(reply))
        return response
    }

    private func bytes(_ event: PassageEvent, _ withUsage: Bool) -> [UInt8]? {
        switch event {
        case .passage(let bytes): bytes
        case .silence: Array(": still here\n\n".utf8)
        case .ended(let ending): end(ending, withUsage)
        }
    }

    /// What a client waits for at the end. A stream that broke off has an error in its place and no `[DONE]`.
    private func end(_ ending: ReplyEnding, _ withUsage: Bool) -> [UInt8] {
        if let failure = Failure(ending, site.words) { return error(failure) }
        if question.request.interface == .responses {
            // Its last event is the upstream's, which a reply that was cut at its cap does not have.
            return ending.outcome == .overran ? error(Failure(brokenOff: ending, site.words)) : []
        }
        var bytes: [UInt8] = []
        if ending.outcome == .overran { bytes += chunk([.cutChoice], usage: nil) }
        if withUsage && ending.usage.source == .counted { bytes += chunk([], usage: ending.usage) }
        return bytes + "data: [DONE]\n\n".utf8
    }

    private func error(_ failure: Failure) -> [UInt8] {
        let body = try? JSONEncoder().encode(OpenAIError(failure, requestID: context.requestID.rawValue))
        let event = question.request.interface == .responses ? "event: error\n" : ""
        return Array("\(event)data: ".utf8) + (body ?? Data("{}".utf8)) + "\n\n".utf8
    }

    /// A chunk of our own, where the upstream's did not come.
    private func chunk(_ choices: [JSONValue], usage: Usage?) -> [UInt8] {
        let isChat = question.request.interface == .chatCompletions
        let chunk = JSONValue.object([
            .init("id", .string(context.requestID.rawValue)),
            .init("object", .string(isChat ? "chat.completion.chunk" : "text_completion")),
            .init("created", .number(site.ports.time.now().milliseconds / 1000)),
            .init("model", .string(question.model)),
            .init("choices", .array(choices)),
            .init("usage", usage.map(JSONValue.usage) ?? .null),
        ])
        return Array("data: ".utf8) + chunk.bytes + "\n\n".utf8
    }
}

extension JSONValue {
    /// Ends a reply that the gate has cut at its cap.
    fileprivate static let cutChoice = JSONValue.object([
        .init("index", .number(0)), .init("delta", .object([])), .init("text", .string("")),
        .init("finish_reason", .string("length")),
    ])
}

extension HTTPField.Name {
    /// The model that answered, where it is called otherwise than the one that was asked for.
    static let xSluiceModelServed = HTTPField.Name("X-Sluice-Model-Served")!
    /// How many tokens the reply may have, where the balance allows fewer than were asked for.
    static let xSluiceReplyCap = HTTPField.Name("X-Sluice-Reply-Cap")!
    /// The limit that made it so short, by its name in `RateLimit`.
    static let xSluiceShortenedBy = HTTPField.Name("X-Sluice-Shortened-By")!
}
