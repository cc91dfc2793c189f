import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

@testable import Web

/// A browser as far as the site can tell: it keeps cookies and says where its forms come from.
final class Browser: Sendable {
    let site: TestSite
    let remoteAddress: String
    private let jar = Mutex<[String: String]>([:])

    init(site: TestSite, remoteAddress: String) {
        self.site = site
        self.remoteAddress = remoteAddress
    }

    var cookies: [String: String] { jar.withLock { $0 } }

    func keep(_ cookie: Cookie) { keep(cookie.description) }

    private func keep(_ header: String) {
        let parts = header.split(separator: ";").map { $0.drop { $0 == " " } }
        let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        jar.withLock { $0[String(pair[0])] = parts.contains("Max-Age=0") ? nil : String(pair[1]) }
    }

    func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.get, path, headers)
    }

    /// Sends a form of one of our pages.
    func post(
        _ path: String, _ fields: KeyValuePairs<String, String> = [:], _ headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await send(.post, path, headers, body: Self.encoded(fields))
    }

    /// The same, with the token that forms of the admin panel carry.
    func postAsAdmin(_ path: String, _ fields: KeyValuePairs<String, String> = [:]) async throws -> Answer {
        try await send(.post, path, body: Self.encoded(fields) + "&token=" + formToken)
    }

    /// Empty when nobody is signed in.
    var formToken: String {
        cookies[site.site.cookies.session.name].map { FormToken.make(session: SecretToken(rawValue: $0)!) } ?? ""
    }

    /// Anything at all, and the answer when all of it has come.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:], body: String = ""
    ) async throws -> Answer {
        try await open(method, path, headers, body: body).whole()
    }

    /// Anything at all; returns when the response begins.
    func open(
        _ method: HTTPRequest.Method = .get, _ path: String, _ headers: HTTPFields = [:], body: String = ""
    ) async throws -> StreamedAnswer {
        try await open(method, path, headers, bytes: Array(body.utf8))
    }

    /// For bodies that are no text.
    func open(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:], bytes: [UInt8]
    ) async throws -> StreamedAnswer {
        let request = Request(
            head: head(method, path, headers), body: RequestBody(buffer: ByteBuffer(bytes: bytes)))
        let response = try await site.responder.respond(to: request, context: context())
        for header in response.headers[values: .setCookie] { keep(header) }
        return StreamedAnswer(response)
    }

    private func head(_ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields) -> HTTPRequest {
        var head = HTTPRequest(
            method: method, scheme: site.site.settings.address.isSecure ? "https" : "http",
            authority: "chat.example.org", path: path)
        head.headerFields[.accept] = "text/html"
        head.headerFields[.cookie] = cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; ")
        if method != .get && method != .head {
            head.headerFields[.origin] = site.site.settings.address.origin
            head.headerFields[.contentType] = "application/x-www-form-urlencoded"
        }
        for field in headers { head.headerFields[field.name] = field.value.isEmpty ? nil : field.value }
        return head
    }

    private func context() -> SiteContext {
        SiteContext(
            logger: site.logs.logger, requestID: .random(), remoteAddress: remoteAddress,
            takeStreamSlot: { [slots = site.slots] in slots.isFree })
    }

    static func encoded(_ fields: KeyValuePairs<String, String>) -> String {
        fields.map { "\(escaped($0))=\(escaped($1))" }.joined(separator: "&")
    }

    static func escaped(_ text: String) -> String {
        text.utf8.map { "%" + String(Int($0) + 256, radix: 16).suffix(2) }.joined()
    }
}

/// A response that has come whole.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let text: String

    var location: String? { headers[.location] }
}

/// A response that may still be coming.
struct StreamedAnswer: Sendable {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    /// As they are written.
    let pieces: AsyncThrowingStream<String, any Error>
    private let writing: Task<Void, Never>

    init(_ response: Response) {
        status = response.status
        headers = response.headers
        let (pieces, continuation) = AsyncThrowingStream.makeStream(of: String.self)
        self.pieces = pieces
        writing = Task {
            do {
                try await response.body.write(Writer(continuation: continuation))
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
    }

    /// The reader leaves.
    func leave() async {
        writing.cancel()
        await writing.value
    }

    func whole() async throws -> Answer {
        var text = ""
        for try await piece in pieces { text += piece }
        return Answer(status: status, headers: headers, text: text)
    }

    /// Everything up to and with the piece in which `mark` has come.
    func upTo(_ mark: String) async throws -> String {
        var text = ""
        for try await piece in pieces {
            text += piece
            if text.contains(mark) { break }
        }
        return text
    }

    private struct Writer: ResponseBodyWriter {
        let continuation: AsyncThrowingStream<String, any Error>.Continuation

        func write(_ buffer: ByteBuffer) async throws {
            try Task.checkCancellation()
            continuation.yield(String(buffer: buffer))
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
