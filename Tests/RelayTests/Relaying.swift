import Core
import Foundation

@testable import Relay

/// More patience than the tests have: a test that passes only because a timer fired runs into its time limit.
let settings: OpenAIUpstream.Settings = {
    var settings = OpenAIUpstream.Settings()
    settings.connectTimeout = .seconds(10)
    settings.firstByteTimeout = .seconds(300)
    settings.silenceTimeout = .seconds(300)
    return settings
}()

/// Runs `body` with an upstream and shuts it down.
func withUpstream<Result>(
    _ settings: OpenAIUpstream.Settings = settings, _ body: (OpenAIUpstream) async throws -> Result
) async throws -> Result {
    let upstream = OpenAIUpstream(settings: settings)
    do {
        let result = try await body(upstream)
        try await upstream.shutDown()
        return result
    } catch {
        try await upstream.shutDown()
        throw error
    }
}

func call(_ baseURL: String, apiKey: String? = "sk-secret", capField: ReplyCapField = .maxCompletionTokens)
    -> UpstreamCall
{
    UpstreamCall(
        requestID: RequestID(rawValue: "request-7"),
        endpoint: UpstreamEndpoint(baseURL: baseURL, apiKey: apiKey, replyCapField: capField),
        model: "m", body: .messages([ChatMessage(role: .user, content: "Hi/there \"you\"")]), maxCompletionTokens: 12
    )
}

/// What came of one call.
struct Outcome {
    var events: [UpstreamEvent] = []
    /// Nil after a normal end.
    var failure: UpstreamFailure?
    /// The failure came from `open`: nothing was accepted.
    var isRefusedAtOpen = false
    var isCancelled = false

    var text: String {
        events.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }

    init(of call: UpstreamCall, to upstream: OpenAIUpstream) async {
        isRefusedAtOpen = true
        do {
            let reply = try await upstream.open(call)
            isRefusedAtOpen = false
            for try await event in reply.events { events.append(event) }
        } catch let failure as UpstreamFailure {
            self.failure = failure
        } catch {
            isCancelled = error is CancellationError
        }
    }
}

enum Chunk {
    static let finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    static let done = "data: [DONE]\n\n"

    static func text(_ text: String) -> String {
        "data: {\"choices\":[{\"delta\":{\"content\":\"\(text)\"}}]}\n\n"
    }

    static func usage(_ prompt: Int, _ completion: Int) -> String {
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":\(prompt),\"completion_tokens\":\(completion)}}\n\n"
    }
}
