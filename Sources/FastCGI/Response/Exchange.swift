import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// One request and its response, in a task of its own.
struct Exchange: Sendable {
    let connection: Connection
    let watch: Watch
    let retryAfterSeconds: Int
    let source: FastCGIRequestSource

    private var logger: Logger { source.logger }

    /// Answers and closes the connection, whatever happens.
    func run(isHead: Bool, _ respond: () async throws -> Response) async {
        do {
            let response = admitted(try await answer(respond), isHead: isHead)
            try await send(response, isHead: isHead)
            try await connection.finish(watch: watch)
        } catch {
            report(error)
            connection.abort()
        }
        source.streamClaim.release()
    }

    /// A responder that throws becomes a 500, or a 503 when it was cancelled because this process stops.
    private func answer(_ respond: () async throws -> Response) async throws -> Response {
        do {
            return try await respond()
        } catch {
            guard !connection.isLost else { throw error }
            if error is CancellationError { return unavailable("The server is stopping.") }
            logger.error("The responder threw", metadata: ["error": "\(error)"])
            return .plain(.internalServerError, "Something went wrong.")
        }
    }

    /// A stream without a slot does not begin.
    private func admitted(_ response: Response, isHead: Bool) -> Response {
        guard response.isStream, !isHead, !source.streamClaim.take() else { return response }
        logger.warning("Every stream slot is taken")
        return unavailable("Too many streams are open.")
    }

    private func unavailable(_ text: String) -> Response {
        .plain(
            .serviceUnavailable, "\(text) Try again in \(retryAfterSeconds) seconds.",
            retryAfterSeconds: retryAfterSeconds)
    }

    private func send(_ response: Response, isHead: Bool) async throws {
        let head: ResponseHead
        do throws(UnsafeField) {
            head = try ResponseHead(response.head)
        } catch {
            logger.error("A response field has a control character", metadata: ["field": "\(error.name)"])
            return try await send(.plain(.internalServerError, "Something went wrong."), isHead: isHead)
        }
        // A body of unknown length comes piece by piece, and each piece goes out as it comes.
        let isPieceByPiece = response.isStream || response.body.contentLength == nil
        try await connection.send(ByteBuffer(string: head.text), flush: isPieceByPiece, watch: watch)
        guard !isHead, response.status.hasBody else { return }
        try await response.body.write(BodyWriter(connection: connection, watch: watch, isPieceByPiece: isPieceByPiece))
    }

    private func report(_ error: any Error) {
        if error is ConnectionLost || connection.isLost {
            logger.debug("The browser left before the end of the response")
        } else {
            logger.error("The response was cut", metadata: ["error": "\(error)"])
        }
    }
}

/// Writes a body to its connection. A write returns when the socket has taken it, so that a slow reader slows down the
/// one who produces for it.
struct BodyWriter: ResponseBodyWriter {
    let connection: Connection
    let watch: Watch
    let isPieceByPiece: Bool

    mutating func write(_ buffer: ByteBuffer) async throws {
        try await connection.send(buffer, flush: isPieceByPiece, watch: watch)
    }

    /// Ends the response at once, though the body may go on to do other things. FastCGI has no trailers.
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await connection.finish(watch: watch)
    }
}

extension HTTPResponse.Status {
    /// RFC 9110, section 6.4.1.
    fileprivate var hasBody: Bool {
        code >= 200 && code != 204 && code != 304
    }
}
