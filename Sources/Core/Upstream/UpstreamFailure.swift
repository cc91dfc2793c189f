/// What can go wrong with an upstream: a case for machines, a sentence for people in `Web`, the detail for the log.
public enum UpstreamFailure: Error, Sendable, Hashable {
    /// No connection, or one that ended before any answer: refused, no such host, TLS. `detail` is for the log.
    case unreachable(detail: String)
    /// Nothing came within the time allowed.
    case timedOut
    /// The upstream answered with an error status of its own. `message` is its words, cut to 500 characters.
    case refused(status: Int, message: String, retryAfterSeconds: Int64?)
    /// The answer was not what an OpenAI-compatible API sends. `detail` is for the log.
    case garbage(detail: String)
    /// The connection ended in the middle of the reply.
    case cut
    /// The upstream reported an error after it had begun to answer.
    case brokenOff(message: String)
}

extension UpstreamFailure {
    /// What may be kept and shown: the upstream's own words, and what is for the log, are left out.
    public var withoutDetails: UpstreamFailure {
        switch self {
        case .unreachable: .unreachable(detail: "")
        case .timedOut: .timedOut
        case .refused(let status, _, _): .refused(status: status, message: "", retryAfterSeconds: nil)
        case .garbage: .garbage(detail: "")
        case .cut: .cut
        case .brokenOff: .brokenOff(message: "")
        }
    }
}
