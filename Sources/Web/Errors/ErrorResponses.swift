import Core
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The one place where an error becomes a response: a page for people, a body for programs, the rest for the log.
struct ErrorResponses<Context: IdentifiedContext>: RouterMiddleware {
    let templates: Templates
    let time: any TimeSource
    /// What the reader chose.
    var theme: @Sendable (Context) -> Theme = { _ in .automatic }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as CancellationError {
            throw error
        } catch {
            return try response(to: request, failure(error, context), context)
        }
    }

    private func failure(_ error: any Error, _ context: Context) -> Failure {
        switch error {
        case let failure as Failure: return failure
        case let error as HTTPError where error.status.code < 500 || error.status == .serviceUnavailable:
            return .standard(error.status, headers: error.headers)
        case is NIOTooManyBytesError: return .standard(.contentTooLarge)
        case is NotFound: return .notFound
        case is Flaws: return .invalidForm
        case let error as GateError:
            return Failure(error, now: time.now(), zone: .gmt, words: templates.words)
        default:
            if let error = error as? StoreFailure, let failure = Failure(error) {
                context.logger.note(error)
                return failure
            }
            context.logger.error("A request failed", metadata: ["error": "\(String(reflecting: error))"])
            return .internalError
        }
    }

    private func response(to request: Request, _ failure: Failure, _ context: Context) throws -> Response {
        let requestID = context.requestID.rawValue
        var response =
            switch ErrorForm(request) {
            case .page: page(failure, context)
            case .problem: try json(Problem(failure, requestID: requestID), type: "application/problem+json")
            case .openAI: try json(OpenAIError(failure, requestID: requestID), type: "application/json")
            }
        response.status = failure.status
        failure.setHeaders(of: &response)
        return response
    }

    private func page(_ failure: Failure, _ context: Context) -> Response {
        let page = ErrorPage(
            failure, requestID: context.requestID.rawValue, theme: theme(context), words: templates.words)
        return .html(templates.render(page))
    }

    private func json(_ body: some Encodable, type: String) throws -> Response {
        let content = try JSONEncoder().encode(body)
        return Response(
            status: .ok, headers: [.contentType: "\(type); charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: content)))
    }
}

/// In which form an asker reads errors.
enum ErrorForm: Equatable {
    case page, problem, openAI

    init(_ request: Request) {
        let path = request.uri.path
        if path == "/v1" || path.hasPrefix("/v1/") {
            self = .openAI
        } else {
            let accepted = request.headers[.accept] ?? ""
            self = accepted.contains("json") && !accepted.contains("text/html") ? .problem : .page
        }
    }
}

extension Response {
    static func html(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}
