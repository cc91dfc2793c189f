import HTTPTypes
import Hummingbird

/// A request that ends in an error, worded for the person who reads it. Nothing internal is in it.
struct Failure: Error, Sendable {
    var status: HTTPResponse.Status
    /// A few words: the headline of the page.
    var title: String
    /// What it means and what still works.
    var explanation: String
    /// For machines, where there is more to tell than the status: the `code` of the body.
    var code: String?
    /// The `type` of an error of OpenAI's interface; nil for the ordinary one of the status.
    var openAIType: String?
    /// The member of the request that is wrong, such as `messages[0].content`.
    var param: String?
    /// More for machines: numbers and moments by name.
    var details: [String: Detail] = [:]
    /// After how many seconds the same request may succeed; nil where waiting does not help.
    var retryAfterSeconds: Int64?
    var headers: HTTPFields = [:]

    enum Detail: Sendable, Hashable, Encodable {
        case number(Int64)
        case text(String)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            }
        }
    }
}

extension Failure {
    static var foreignOrigin: Failure {
        Failure(
            status: .forbidden, title: "This came from somewhere else",
            explanation: "The request did not come from a page of this site, so nothing was changed. "
                + "Open the page here and try again.",
            code: "foreign_origin")
    }

    static var notFound: Failure {
        Failure(
            status: .notFound, title: "There is nothing here",
            explanation: "The address is wrong, or what was here is gone or belongs to somebody else.")
    }

    static var invalidForm: Failure {
        Failure(
            status: .badRequest, title: "The form could not be read",
            explanation: "A field was missing or had an unexpected value. Nothing was changed. "
                + "Go back, reload the page and try again.")
    }

    static var notSignedIn: Failure {
        Failure(
            status: .unauthorized, title: "You are not signed in",
            explanation: "Your session is over, or there was none. Sign in and try again; what you typed is kept.",
            code: "not_signed_in")
    }

    static var notAdmin: Failure {
        Failure(
            status: .forbidden, title: "This is for administrators",
            explanation: "You are signed in, but may not see or change this.", code: "not_admin")
    }

    static var staleForm: Failure {
        Failure(
            status: .forbidden, title: "This page was open for too long",
            explanation: "The form belongs to an earlier session, so nothing was changed. "
                + "Go back, reload the page and try again.",
            code: "stale_form")
    }

    static var cannotSave: Failure {
        Failure(
            status: .serviceUnavailable, title: "Nothing can be saved just now",
            explanation: "The server's disk is full or cannot be written. What was saved before is safe and can be "
                + "read; tell your administrator.",
            code: "cannot_save", retryAfterSeconds: 60)
    }

    static var internalError: Failure {
        Failure(
            status: .internalServerError, title: "Something broke on our side",
            explanation: "It was written to the log. If it happens again, tell your administrator the number below.")
    }

    /// What the framework's own refusals mean to a person.
    static func standard(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Failure {
        var failure = words(for: status)
        failure.headers = headers
        return failure
    }

    private static func words(for status: HTTPResponse.Status) -> Failure {
        switch status {
        case .notFound: .notFound
        case .badRequest, .unprocessableContent, .unsupportedMediaType: .invalidForm
        case .methodNotAllowed:
            Failure(
                status: status, title: "That cannot be done here",
                explanation: "The address exists, but not for this kind of request.")
        case .contentTooLarge:
            Failure(
                status: status, title: "That is too much at once",
                explanation: "The text is longer than the server takes in one piece. Shorten it and send it again.")
        case .serviceUnavailable:
            Failure(
                status: status, title: "Busy for a moment",
                explanation: "The server has all hands full. Try again in a few seconds.", retryAfterSeconds: 5)
        default:
            status.kind == .clientError
                ? Failure(
                    status: status, title: "That did not work",
                    explanation: "The request was refused and nothing was changed.")
                : .internalError
        }
    }
}

extension Failure {
    func setHeaders(of response: inout Response) {
        for field in headers where field.name != .contentLength { response.headers[field.name] = field.value }
        guard let retryAfterSeconds else { return }
        response.headers[.retryAfter] = String(retryAfterSeconds)
        // What OpenAI's clients read first.
        response.headers[.retryAfterMilliseconds] = String(retryAfterSeconds.multipliedReportingOverflow(by: 1000).0)
    }
}

extension HTTPField.Name {
    static let retryAfterMilliseconds = HTTPField.Name("retry-after-ms")!
}
