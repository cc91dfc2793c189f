import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOHTTP1
import StrictJSON

/// Posts JSON to an address that nobody else may learn: no failure says more of it than that it failed.
struct Webhook: Sendable {
    let client: HTTPClient
    let timeout: TimeAmount

    /// - Throws: `AlertFailure` unless it is answered with success.
    func post(_ body: JSONValue, to url: URL) async throws {
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .POST
        request.headers = ["content-type": "application/json", "user-agent": "sluice"]
        request.body = .bytes(ByteBuffer(bytes: body.bytes))
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: timeout)
        } catch {
            throw AlertFailure(Self.words(for: error))
        }
        guard !(200..<300).contains(response.status.code) else { return }
        throw AlertFailure(
            "it answered \(response.status.code)" + (await Self.code(in: response).map { ": \($0)" } ?? ""),
            retryAfterSeconds: response.headers.first(name: "retry-after").flatMap(Int64.init))
    }

    private static func words(for error: any Error) -> String {
        guard let error = error as? HTTPClientError else { return "it could not be reached" }
        return switch error {
        case .deadlineExceeded, .readTimeout, .connectTimeout: "it did not answer in time"
        default: "it could not be reached: \(error.shortDescription)"
        }
    }

    /// The word with which Slack says what is wrong, such as `no_service`. Any other text may quote the address.
    private static func code(in response: HTTPClientResponse) async -> String? {
        guard let body = try? await response.body.collect(upTo: 1024) else { return nil }
        let text = String(buffer: body).trimmingCharacters(in: .whitespacesAndNewlines)
        let isWord =
            (1...60).contains(text.utf8.count) && text.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) }
        return isWord ? text : nil
    }
}
