import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Relay
import Testing

@testable import DemoUpstream

/// Runs a stand-in that writes as fast as it can, on a free port.
func withStandIn(
    _ settings: StandIn.Settings = hurried, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
) async throws {
    var settings = settings
    settings.address = .hostname("127.0.0.1", port: 0)
    var logger = Logger(label: "stand-in")
    logger.logLevel = .error
    try await StandIn(settings: settings).application(logger: logger).test(.live, body)
}

let hurried: StandIn.Settings = {
    var settings = StandIn.Settings()
    settings.tokensPerSecond = 0
    settings.firstTokenDelay = .zero
    return settings
}()

/// Looks until there is something to see.
///
/// - Returns: nil where there is nothing after a minute.
func eventually<Seen>(_ look: () async throws -> Seen?) async throws -> Seen? {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
        if let seen = try await look() { return seen }
        try Task.checkCancellation()
        await Task.yield()
    }
    return nil
}

/// One answer of the journal.
struct JournalRow: Decodable, Equatable {
    var id: String
    var endpoint: String
    var isStream: Bool
    var state: String
    var prompt: Int64
    var completion: Int64

    enum CodingKeys: String, CodingKey {
        case id, endpoint, state
        case isStream = "stream"
        case prompt = "prompt_tokens"
        case completion = "completion_tokens"
    }
}

private struct Journaled: Decodable {
    var requests: [JournalRow]
}

extension TestClientProtocol {
    var baseURL: String { "http://127.0.0.1:\(port ?? 0)/v1" }

    func call(_ model: String, _ question: String = "Why is the sky blue?", cap: Int64 = 400) -> UpstreamCall {
        UpstreamCall(
            requestID: .random(), endpoint: UpstreamEndpoint(baseURL: baseURL, apiKey: nil), model: model,
            body: .messages([ChatMessage(role: .user, content: question)]), maxCompletionTokens: cap)
    }

    func journal(of call: UpstreamCall) async throws -> JournalRow? {
        try await row("\(call.requestID)")
    }

    func row(_ id: String) async throws -> JournalRow? {
        let response = try await execute(uri: "/demo/requests?id=\(id)", method: .get)
        return try JSONDecoder().decode(Journaled.self, from: Data(response.body.readableBytesView)).requests.first
    }

    /// The row once it is there and has come to an end.
    func endedRow(_ id: String) async throws -> JournalRow {
        let ended: JournalRow? = try await eventually {
            let row = try await row(id)
            return row?.state == "running" ? nil : row
        }
        return try #require(ended, "it did not come to an end")
    }

    func post(_ path: String, _ json: String, _ headers: HTTPFields = [:]) async throws -> (status: Int, body: String) {
        let response = try await execute(uri: path, method: .post, headers: headers, body: .init(string: json))
        return (response.status.code, String(buffer: response.body))
    }
}

/// What the relay made of a call.
struct Relayed {
    var text = ""
    var reasoning = ""
    var pieces: Int64 = 0
    var usages: [Usage] = []
    var finish: FinishReason?
    var failure: UpstreamFailure?

    init(_ call: UpstreamCall, _ upstream: OpenAIUpstream) async throws {
        do {
            for try await event in try await upstream.open(call).events { add(event) }
        } catch let failure as UpstreamFailure {
            self.failure = failure
        }
    }

    private mutating func add(_ event: UpstreamEvent) {
        switch event {
        case .text(let piece): (text, pieces) = (text + piece, pieces + 1)
        case .reasoning(let piece): (reasoning, pieces) = (reasoning + piece, pieces + 1)
        case .usage(let usage): usages.append(usage)
        case .finished(let reason): finish = reason
        case .servedModel, .toolCall, .passage, .document: break
        }
    }
}

func withUpstream<Result>(silence: Duration = .seconds(300), _ body: (OpenAIUpstream) async throws -> Result)
    async throws
    -> Result
{
    var settings = OpenAIUpstream.Settings()
    settings.firstByteTimeout = silence
    settings.silenceTimeout = silence
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
