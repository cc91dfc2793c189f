import Foundation
import HTTPTypes

/// An error for programs: RFC 9457 (`application/problem+json`).
struct Problem: Encodable {
    let type = "about:blank"
    let title: String
    let status: Int
    let detail: String
    let code: String?
    let details: [String: Failure.Detail]?
    let requestID: String

    enum CodingKeys: String, CodingKey {
        case type, title, status, detail, code, details
        case requestID = "request_id"
    }

    init(_ failure: Failure, requestID: String) {
        title = failure.title
        status = failure.status.code
        detail = failure.explanation
        code = failure.code
        details = failure.details.isEmpty ? nil : failure.details
        self.requestID = requestID
    }
}

/// An error for programs that speak OpenAI's interface: always these four keys, ours below `details`.
struct OpenAIError: Encodable {
    struct Body: Encodable {
        let message: String
        let type: String
        let param: String?
        let code: String?
        let details: [String: Failure.Detail]

        enum CodingKeys: String, CodingKey {
            case message, type, param, code, details
        }

        /// `param` and `code` are null where they are not known: clients look for the keys.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(message, forKey: .message)
            try container.encode(type, forKey: .type)
            try container.encode(param, forKey: .param)
            try container.encode(code, forKey: .code)
            try container.encode(details, forKey: .details)
        }
    }

    let error: Body

    init(_ failure: Failure, requestID: String) {
        error = Body(
            message: failure.explanation,
            type: failure.openAIType ?? (failure.status.code < 500 ? "invalid_request_error" : "server_error"),
            param: failure.param, code: failure.code,
            details: failure.details.merging(["request_id": .text(requestID)]) { own, _ in own })
    }
}
