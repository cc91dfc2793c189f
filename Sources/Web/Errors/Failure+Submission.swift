import Core
import HTTPTypes

extension Failure {
    /// Why a question was not taken.
    init(_ failure: SubmissionFailure, _ words: Words) {
        switch failure {
        case .replyInProgress:
            self.init(
                status: .conflict, title: words("A reply is still being written"),
                explanation: words(
                    "A reply is still being written in this chat. Wait for it or stop it, then send again."),
                code: "reply_in_progress")
        case .keyOfAnotherQuestion:
            self.init(
                status: .conflict, title: words("This was sent already"),
                explanation: words("This form was sent before, with another question. Reload the page and send again."),
                code: "sent_before")
        case .outdated:
            self.init(
                status: .conflict, title: words("The chat has gone on"),
                explanation: words("The chat has gone on elsewhere: only its last question can be replaced."),
                code: "outdated")
        }
    }

    /// What is wrong with the fields of a form, in one sentence each.
    init(_ flaws: Flaws, _ words: Words) {
        let sentences = flaws.all.map { "\($0.field.chatFieldName(words)): \(words.sentence(about: $0.problem))" }
        self.init(
            status: .badRequest, title: words("Nothing was changed"), explanation: sentences.joined(separator: " "),
            code: "invalid_value")
    }

    /// Every stream that this worker can carry is open.
    static func noStreamSlot(_ words: Words) -> Failure {
        Failure(
            status: .serviceUnavailable, title: words("Busy for a moment"),
            explanation: words(
                "As many replies are being written as the server can carry. Try again in a few seconds; "
                    + "your draft is kept."),
            code: "too_many_streams", retryAfterSeconds: 5)
    }
}

extension String {
    /// A field of the chat's forms as its label says it.
    fileprivate func chatFieldName(_ words: Words) -> String {
        switch self {
        case "text": words("Your question")
        case "title": words("Name")
        case "systemPrompt": words("Instructions for the model")
        default: self
        }
    }
}
