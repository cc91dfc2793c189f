import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension StandIn {
    /// `POST /v1/chat/completions`
    func chat(_ request: Request, _ context: DemoContext) async throws -> Response {
        let arrival = NIODeadline.now()
        let plan = try await plan(request)
        let tally = journal.begin(Journal.Row(plan, id: request.headers[.requestID] ?? ""))
        let run = ChatRun(
            plan: plan, tally: tally, context: context, firstToken: arrival + TimeAmount(settings.firstTokenDelay))
        do {
            return try await answer(run)
        } catch {
            tally.end(.refused)
            throw error
        }
    }

    private func plan(_ request: Request) async throws -> ChatPlan {
        let body = try await request.body.collect(upTo: 16 << 20)
        do {
            let chat = try JSONDecoder().decode(ChatRequest.self, from: Data(body.readableBytesView))
            try chat.check()
            return try ChatPlan(chat, headers: request.headers, defaultSpeed: settings.tokensPerSecond)
        } catch let error as DecodingError {
            throw APIError.invalid("The body is no chat request: \(error)")
        }
    }

    private func answer(_ run: ChatRun) async throws -> Response {
        switch run.plan.script.opening {
        case .answer: run.plan.isStream ? run.stream() : try await run.whole()
        case .refuse: try await run.context.hangUp()
        case .reset: try await run.context.reset()
        case .hang: try await run.context.hang()
        case .error(let status): throw APIError.scripted(status)
        case .html: run.instead(.page)
        case .redirect: run.instead(.redirect(to: "/v1/elsewhere", type: .temporary))
        case .gzip: run.instead(.encoded)
        }
    }
}

extension Response {
    fileprivate static let page = Response(
        status: .ok, headers: [.contentType: "text/html"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: "<!doctype html><title>Welcome</title><h1>It works</h1>")))

    /// Says that it is compressed; a reader that believes it finds no gzip.
    fileprivate static let encoded = Response(
        status: .ok, headers: [.contentType: "text/event-stream", .contentEncoding: "gzip"],
        body: ResponseBody(byteBuffer: ByteBuffer(repeating: 0x1F, count: 1_024)))
}

extension Journal.Row {
    fileprivate init(_ plan: ChatPlan, id: String) {
        self.init(
            id: id, model: plan.request.model, script: plan.script.name, maxTokens: plan.request.cap,
            promptTokens: plan.promptTokens, completionTokens: 0, state: .running)
    }
}
