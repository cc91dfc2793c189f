import AsyncHTTPClient
import Core
import NIOCore
import NIOHTTP1

/// What an error of the HTTP client means for the gate.
enum TransportFailure {
    /// Before the head: nothing was accepted.
    static func beforeAnswer(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError, is UpstreamFailure: error
        case is HTTPParserError: UpstreamFailure.garbage(detail: "the answer is not HTTP")
        default: UpstreamFailure.unreachable(detail: detail(of: error))
        }
    }

    /// After the head: part of the reply may have come.
    static func duringReply(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError, is UpstreamFailure: error
        case HTTPParserError.invalidChunkSize: UpstreamFailure.garbage(detail: "broken chunk")
        case let error as EventStreamError: UpstreamFailure.garbage(detail: "\(error)")
        default: UpstreamFailure.cut
        }
    }

    /// Words for the log. An invalid header value is not quoted: it would be the API key.
    private static func detail(of error: any Error) -> String {
        guard let error = error as? HTTPClientError else { return String("\(error)".prefix(500)) }
        return error.shortDescription
    }
}
