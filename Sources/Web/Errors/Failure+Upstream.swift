import Core
import HTTPTypes

extension Failure {
    /// What an upstream's failure means to the person who waits for its reply.
    init(_ failure: UpstreamFailure, _ words: Words) {
        self.init(
            status: Self.status(failure), title: words("The model does not answer"),
            explanation: Self.explanation(failure, words), code: "upstream_error")
        if case .refused(_, _, let seconds) = failure { retryAfterSeconds = seconds }
    }

    private static func status(_ failure: UpstreamFailure) -> HTTPResponse.Status {
        switch failure {
        case .timedOut: .gatewayTimeout
        case .refused(429, _, _): .serviceUnavailable
        default: .badGateway
        }
    }

    /// One sentence, also below a reply that broke off. An upstream's own words may tell of keys and accounts: they go
    /// to the log, not to people.
    static func explanation(_ failure: UpstreamFailure, _ words: Words) -> String {
        switch failure {
        case .unreachable: words("The model could not be reached. Try again later, or choose another model.")
        case .timedOut: words("The model took too long. Try again later, or choose another model.")
        case .refused(429, _, _): words("The model is overloaded at the moment. Try again in a while.")
        case .refused(let status, _, _):
            words(
                "The model's server refused the request ({status}). Your administrator can see why.",
                ["status": String(status)])
        case .garbage: words("The model's server answered with something that is no reply.")
        case .cut, .brokenOff: words("The reply broke off. What had come is kept, and only that was charged.")
        }
    }
}
