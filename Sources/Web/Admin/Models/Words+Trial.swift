import Core

/// What an upstream's failure means to an admin, who may know more than the people of the chat: its own words included.
extension Words {
    func failure(_ failure: UpstreamFailure) -> String {
        switch failure {
        case .unreachable: self("There is no connection: wrong address, no such host, or nothing listens there.")
        case .timedOut: self("It did not answer in time.")
        case .refused(let status, let message, _):
            self("It answered with status {status}: {message}", ["status": String(status), "message": message])
        case .garbage: self("What came back is not what an OpenAI-compatible API sends.")
        case .cut: self("The connection ended in the middle of the reply.")
        case .brokenOff(let message):
            self("It broke off after it had begun: {message}", ["message": message])
        }
    }

    func trialRefusal(_ error: GateError) -> String {
        switch error {
        case .modelNotInTier:
            self("A trial is an ordinary prompt of yours, and your own tier does not have this model.")
        case .unknownModel: self("A retired model takes no prompts.")
        case .refused: self("Your own limits leave no room for a trial just now.")
        case .promptTooLong, .invalidReplyLength: self("The tier or the model allows no prompt as short as this one.")
        case .upstream(let failure): self.failure(failure)
        case .stopped: self("It did not answer in time.")
        case .personDisabled: self("You are disabled.")
        case .shuttingDown, .duplicateRequest, .keyIsOver, .settledBefore, .keyOfAnotherRequest, .storeUnavailable,
            .tooManyReplies, .unmeterable:
            self("The worker could not take it. Try again.")
        }
    }
}
