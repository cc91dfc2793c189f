import AsyncHTTPClient
public import Core
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// OpenAI-compatible APIs over HTTP/1.1, as a client that trusts them with nothing: redirects are not followed (the
/// key would go along), compressed bodies are refused (a few bytes can mean gigabytes), proxies in the environment are
/// not used, certificates are verified, and whatever is kept in memory has a limit.
///
/// One value serves every endpoint and shares its connections. `shutDown` before it goes.
public struct OpenAIUpstream: Upstream {
    public struct Settings: Sendable {
        /// For the connection, TLS included. Default 5 s.
        public var connectTimeout = Duration.seconds(5)
        /// From the call to the answer's status, connecting included: a busy model lets a prompt wait. Default 120 s.
        public var firstByteTimeout = Duration.seconds(120)
        /// Without a byte in the middle of a reply; a comment is a byte. Time in which nobody reads does not count.
        /// Default 120 s.
        public var silenceTimeout = Duration.seconds(120)
        /// To one host at a time; a call beyond that waits for a connection. Set it to the cap on streams.
        public var maxConnectionsPerHost = 4_096

        public init() {}
    }

    /// How long a list of models may be.
    private static let maxListBytes = 4 << 20
    /// How much of an error response is read for its message.
    private static let maxErrorBytes = 64 << 10

    private let client: HTTPClient
    /// One thread reads some 50,000 tokens a second. A worker is one of several processes; with a thread for each core they
    /// would only get into each other's way.
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let patience: UpstreamResponse.Patience

    public init(settings: Settings = Settings()) {
        client = HTTPClient(
            eventLoopGroupProvider: .shared(loops), configuration: HTTPClient.Configuration(settings))
        patience = UpstreamResponse.Patience(
            forHead: TimeAmount(settings.firstByteTimeout), forBody: TimeAmount(settings.silenceTimeout))
    }

    /// Closes every connection; calls in flight fail.
    public func shutDown() async throws {
        try await client.shutdown().get()
        try await loops.shutdownGracefully()
    }

    public func open(_ call: UpstreamCall) async throws -> UpstreamReply {
        guard !Task.isCancelled else { throw Self.unsent }
        let response = try send(call)
        do {
            let format = try await accept(response, hiding: call.endpoint.apiKey)
            return UpstreamReply(events: ReplyEvents(response, format: format, reader: call.reader))
        } catch {
            response.close(error)
            if error is CancellationError, await !response.wasSent() { throw Self.unsent }
            throw TransportFailure.beforeAnswer(error)
        }
    }

    private static let unsent = UpstreamFailure.unreachable(detail: "given up before it was sent")

    public func modelNames(at endpoint: UpstreamEndpoint) async throws -> [String] {
        let response = try begin(.GET, "/models", at: endpoint, headers: ["accept": "application/json"])
        do {
            guard case .whole = try await accept(response, hiding: endpoint.apiKey) else {
                throw UpstreamFailure.garbage(detail: "no list of models")
            }
            return try await modelNames(in: response)
        } catch {
            response.close(error)
            throw TransportFailure.beforeAnswer(error)
        }
    }

    private func modelNames(in response: UpstreamResponse) async throws -> [String] {
        let body = Data(try await response.body(upTo: Self.maxListBytes))
        guard let list = try? JSONDecoder().decode(ModelList.self, from: body) else {
            throw UpstreamFailure.garbage(detail: "no list of models")
        }
        return list.data.map(\.id)
    }
}

// Asking.
extension OpenAIUpstream {
    private func send(_ call: UpstreamCall) throws -> UpstreamResponse {
        let headers: HTTPHeaders = [
            "accept": "text/event-stream, application/json",
            "content-type": "application/json",
            "x-request-id": call.requestID.rawValue,
        ]
        let request = try UpstreamRequest(call)
        return try begin(.POST, request.path, at: call.endpoint, headers: headers, body: Data(request.body))
    }

    private func begin(
        _ method: HTTPMethod, _ path: String, at endpoint: UpstreamEndpoint, headers: HTTPHeaders, body: Data? = nil
    ) throws -> UpstreamResponse {
        var headers = headers
        headers.add(name: "user-agent", value: "sluice")
        if let key = endpoint.apiKey { headers.add(name: "authorization", value: "Bearer \(key)") }
        do {
            let request = try HTTPClient.Request(
                url: endpoint.baseURL + path, method: method, headers: headers, body: body.map { .data($0) })
            let response = UpstreamResponse(patience: patience)
            response.begin(request, with: client)
            return response
        } catch {
            throw TransportFailure.beforeAnswer(error)
        }
    }
}

// Listening to the answer's head.
extension OpenAIUpstream {
    /// How the body is to be read.
    ///
    /// - Throws: `.refused` for any status but a success, with the upstream's words; `.garbage` for a body in a form
    ///   that no completion has; what the transport throws.
    private func accept(_ response: UpstreamResponse, hiding apiKey: String?) async throws -> ReplyEvents.Format {
        let head = try await response.head()
        guard (200..<300).contains(head.status.code) else {
            throw await refusal(head, response, hiding: apiKey)
        }
        guard !head.isEncoded else { throw UpstreamFailure.garbage(detail: "compressed without being asked to") }
        switch head.mediaType {
        case "text/event-stream", "": return .eventStream
        case "application/json": return .whole
        default: throw UpstreamFailure.garbage(detail: "content type \(head.mediaType.presentable(hiding: apiKey))")
        }
    }

    private func refusal(
        _ head: HTTPResponseHead, _ response: UpstreamResponse, hiding apiKey: String?
    ) async -> UpstreamFailure {
        let body = head.isEncoded ? [] : await response.beginningOfBody(Self.maxErrorBytes)
        let message = UpstreamErrorBody.message(in: body, contentType: head.mediaType)
        return .refused(
            status: Int(head.status.code),
            message: (message.isEmpty ? head.status.reasonPhrase : message).presentable(hiding: apiKey),
            retryAfterSeconds: head.retryAfterSeconds
        )
    }
}

extension HTTPResponseHead {
    /// Lower-case and without parameters; empty where the upstream named none.
    fileprivate var mediaType: String {
        let type = headers.first(name: "content-type")?.split(separator: ";").first ?? ""
        return type.trimmingCharacters(in: .whitespaces).lowercased()
    }

    fileprivate var isEncoded: Bool {
        headers[canonicalForm: "content-encoding"].contains { $0.lowercased() != "identity" }
    }

    /// From `retry-after-ms` or `Retry-After` in seconds, rounded up. The form with a date is not read: no known
    /// upstream sends it, and its clock need not be ours.
    var retryAfterSeconds: Int64? {
        let milliseconds = headers.first(name: "retry-after-ms").flatMap(Double.init).map { $0 / 1_000 }
        let seconds = milliseconds ?? headers.first(name: "retry-after").flatMap(Double.init)
        return seconds.flatMap { Int64(exactly: $0.rounded(.up)) }.flatMap { $0 >= 0 ? $0 : nil }
    }
}

extension HTTPClient.Configuration {
    fileprivate init(_ settings: OpenAIUpstream.Settings) {
        self.init(redirectConfiguration: .disallow, decompression: .disabled)
        timeout.connect = TimeAmount(settings.connectTimeout)
        httpVersion = .http1Only
        connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = settings.maxConnectionsPerHost
        connectionPool.idleTimeout = .seconds(15)
        // The default tries a refused connection again until the time for connecting is over.
        connectionPool.retryConnectionEstablishment = false
    }
}
