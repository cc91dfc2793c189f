import Core
import HTTPTypes

extension Failure {
    /// What an upstream's failure means to whoever waits for its reply, of which nothing had begun.
    init(_ failure: UpstreamFailure, _ words: Words) {
        self.init(failure, explanation: Self.explanation(failure, words("Nothing was charged."), words), words)
        if case .refused(_, _, let seconds) = failure { retryAfterSeconds = seconds }
    }

    init(_ failure: UpstreamFailure, explanation: String, _ words: Words) {
        self.init(
            status: Self.status(failure), title: words("The model does not answer"), explanation: explanation,
            code: "upstream_error")
    }

    private static func status(_ failure: UpstreamFailure) -> HTTPResponse.Status {
        switch failure {
        case .timedOut: .gatewayTimeout
        case .refused(429, _, _): .serviceUnavailable
        default: .badGateway
        }
    }

    /// What happened, what it cost, and what to do now.
    static func explanation(_ failure: UpstreamFailure, _ charge: String, _ words: Words) -> String {
        [words.cause(of: failure), charge, words.advice(after: failure)].joined(separator: " ")
    }

    /// The same below a reply that broke off, from then on.
    static func explanation(brokenOff failure: UpstreamFailure, _ words: Words) -> String {
        explanation(failure, words("You paid for the question and for what had come, which is kept."), words)
    }
}

extension Words {
    /// An upstream's own words may tell of keys and accounts: they go to the log, not to people.
    fileprivate func cause(of failure: UpstreamFailure) -> String {
        switch failure {
        case .unreachable: self("The model could not be reached.")
        case .timedOut: self("The model was silent for too long.")
        case .refused(429, _, _): self("The model is overloaded at the moment.")
        case .refused(let status, _, _) where [401, 403].contains(status):
            self("The model's server did not accept this site's key ({status}).", ["status": String(status)])
        case .refused(let status, _, _) where status >= 500:
            self("The model's server failed ({status}).", ["status": String(status)])
        case .refused(let status, _, _):
            self("The model's server refused the request ({status}).", ["status": String(status)])
        case .garbage: self("The model's server sent something that is no reply.")
        case .cut: self("The connection to the model's server ended before the reply did.")
        case .brokenOff: self("The model's server reported an error before the reply was whole.")
        }
    }

    /// What passes by itself, and what somebody has to mend.
    fileprivate func advice(after failure: UpstreamFailure) -> String {
        switch failure {
        case .refused(let status, _, _) where status < 500 && status != 429: self(Self.toBeMended)
        case .garbage: self(Self.toBeMended)
        default: self("Try again in a while, or choose another model.")
        }
    }

    private static let toBeMended = "Tell your administrator, or choose another model."
}
