/// Why the gate let a prompt not pass. Nothing was charged, but for `.stopped` and `.shuttingDown`: the prompt, where it
/// had been sent.
public enum GateError: Error, Sendable, Hashable {
    case refused(Refusal)
    /// More than the tier or the model takes.
    case promptTooLong(TokenCount, maximum: Int64)
    /// A reply of less than one token was asked for.
    case invalidReplyLength
    /// So many replies of such a length that nobody can count them.
    case tooManyReplies
    /// Parts of the prompt have no known price, and nothing goes upstream for free; each in words for the client.
    case unmeterable([String])
    case unknownModel(String)
    case modelNotInTier(String)
    /// Disabled, or not known at all.
    case personDisabled
    /// Its key was revoked or has run out, perhaps while it waited.
    case keyIsOver
    /// This request identifier was used before.
    case duplicateRequest
    /// It was sent before under the same key, and was charged this much; its answer is not there any more.
    case settledBefore(Usage)
    /// Something else was sent before under the same key.
    case keyOfAnotherRequest
    case upstream(UpstreamFailure)
    /// Stopped, or left, before the upstream had accepted.
    case stopped
    case shuttingDown
    /// Without the store nothing passes. `detail` is for the log.
    case storeUnavailable(detail: String)
}

extension GateError {
    /// What a port threw: a store that fails closes the gate.
    init(_ error: any Error) {
        switch error {
        case let error as GateError: self = error
        case let failure as UpstreamFailure: self = .upstream(failure)
        case LedgerFailure.duplicateRequest: self = .duplicateRequest
        case LedgerFailure.keyIsOver: self = .keyIsOver
        default: self = .storeUnavailable(detail: String(describing: error))
        }
    }
}
