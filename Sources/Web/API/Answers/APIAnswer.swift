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
    /// Under which it may be asked again.
    var key: IdempotencyKey?

    /// - Throws: `Failure`, `GateError`; then nothing was charged, unless the failure says so.
    func respond(to request: Request) async throws -> Response {
        let reply = try await site.submit(
            .api(question.request), to: question.model, maxReplyTokens: question.maxReplyTokens, key, of: request,
            context)
        return switch question.request.answer {
        case .document: try await document(reply)
        case .stream(let withUsage): try await stream(reply, withUsage: withUsage)
        }
    }

    private func headers(_ accounts: [Account], _ reply: LiveReply) -> HTTPFields {
        var fields = RateLimitFields(accounts, now: site.ports.time.now(), rules: reply.alertRules).fields
        fields.append(contentsOf: reply.substitution(of: question.model))
        // Says that the balance, and not the program, made the reply short.
        if let account = reply.shortenedBy {
            fields[.xSluiceReplyCap] = String(reply.replyCap)
            fields[.xSluiceShortenedBy] = account.policyName
        }
        return fields
    }

    /// The model that answers, by its public name.
    private func model(_ reply: LiveReply) -> String { reply.answeringModel ?? question.model }

    private func own(_ reply: LiveReply, _ ending: ReplyEnding) -> OwnAnswer {
        OwnAnswer(
            interface: question.request.interface, id: context.requestID.rawValue, model: model(reply),
            createdAt: site.ports.time.now(), text: reply.text, ending: ending)
    }
}

extension LiveReply {
    /// The model that answers instead of the asked one.
    var answeringModel: String? {
        if case .model(let model) = substitute?.kind { model } else { nil }
    }

    var isFromCache: Bool {
        if case .earlierAnswer = substitute?.kind { true } else { false }
    }

    /// Says where something else was given than what was asked for.
    func substitution(of asked: String) -> HTTPFields {
        if isRepeated { return [.idempotencyReplayed: "true"] }
        if isFromCache { return [.xSluiceCache: "hit"] }
        guard let model = answeringModel else { return [:] }
        return [.xSluiceDowngradedFrom: asked, .xSluiceModelServed: model]
    }
}

// In one piece.
extension APIAnswer {
    private func document(_ reply: LiveReply) async throws -> Response {
        let (body, ending) = try await reply.document()
        if let failure = Failure(ending, site.words) { throw failure }
        let answer = body.map { withUsage($0, ending) } ?? own(reply, ending).document
        guard let answer else { throw Failure(brokenOff: ending, site.words) }
        let accounts = try await site.ports.ledger.accounts(on: reply.path, at: site.ports.time.now())
        var response = Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
        response.headers.append(contentsOf: headers(accounts, reply))
        if let refusal = ending.limitedBy { response.headers[.xSluiceShortenedBy] = refusal.name.policyName }
        if let served = ending.modelServed, served != question.model, reply.substitute == nil {
            response.headers[.xSluiceModelServed] = served
        }
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
    private func stream(_ reply: LiveReply, withUsage: Bool) async throws -> Response {
        var accounts = reply.accounts
        if reply.isFromCache || reply.isRepeated {
            accounts = try await site.ports.ledger.accounts(on: reply.path, at: site.ports.time.now())
        }
        var response = Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .xAccelBuffering: "no"],
            body: ResponseBody { writer in
                try await reply.relay { passages in
                    for await event in passages {
                        if let bytes = bytes(event, of: reply, withUsage) {
                            try await writer.write(ByteBuffer(bytes: bytes))
                        }
                    }
                }
                try await writer.finish(nil)
            })
        response.headers.append(contentsOf: headers(accounts, reply))
        return response
    }

    private func bytes(_ event: PassageEvent, of reply: LiveReply, _ withUsage: Bool) -> [UInt8]? {
        switch event {
        case .passage(let bytes): bytes
        case .silence: Array(": still here\n\n".utf8)
        case .ended(let ending): end(reply, ending, withUsage)
        }
    }

    /// What a client waits for at the end. A stream that broke off has an error in its place and no `[DONE]`.
    private func end(_ reply: LiveReply, _ ending: ReplyEnding, _ withUsage: Bool) -> [UInt8] {
        if let failure = Failure(ending, site.words) { return error(failure) }
        let own = own(reply, ending)
        if question.request.interface == .responses {
            // Its last event is the upstream's, which a reply that was cut does not have.
            return switch ending.outcome {
            case .overran: error(Failure(brokenOff: ending, site.words))
            case .limited: own.incomplete
            default: []
            }
        }
        var bytes: [UInt8] = []
        if reply.isFromCache { bytes += own.content }
        if reply.isFromCache || ending.isCut { bytes += own.finish }
        if withUsage && ending.usage.source == .counted { bytes += own.usage }
        return bytes + "data: [DONE]\n\n".utf8
    }

    private func error(_ failure: Failure) -> [UInt8] {
        let body = try? JSONEncoder().encode(OpenAIError(failure, requestID: context.requestID.rawValue))
        let event = question.request.interface == .responses ? "event: error\n" : ""
        return Array("\(event)data: ".utf8) + (body ?? Data("{}".utf8)) + "\n\n".utf8
    }
}

extension ReplyEnding {
    /// Whether the gate ended it, so that the upstream's own end did not come.
    fileprivate var isCut: Bool { outcome == .overran || outcome == .limited }
}

extension HTTPField.Name {
    /// The model that answered, where it is called otherwise than the one that was asked for.
    static let xSluiceModelServed = HTTPField.Name("X-Sluice-Model-Served")!
    /// The model that was asked for, where another one answers because a limit left no room.
    static let xSluiceDowngradedFrom = HTTPField.Name("X-Sluice-Downgraded-From")!
    /// `hit` for an answer that was given before.
    static let xSluiceCache = HTTPField.Name("X-Sluice-Cache")!
    /// How many tokens the reply may have, where the balance allows fewer than were asked for.
    static let xSluiceReplyCap = HTTPField.Name("X-Sluice-Reply-Cap")!
    /// The limit that made it so short, by its name in `RateLimit`.
    static let xSluiceShortenedBy = HTTPField.Name("X-Sluice-Shortened-By")!
}
