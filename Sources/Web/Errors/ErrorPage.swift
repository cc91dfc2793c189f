import HTTPTypes

/// `templates/error.mustache`: what went wrong, and the number that finds it in the log.
struct ErrorPage: Page {
    static let template = "error"

    let frame: Frame
    let status: Int
    let explanation: String
    let requestID: String

    init(_ failure: Failure, requestID: String, theme: Theme = .automatic, words: Words) {
        frame = Frame(title: words(failure.title), language: words.language, theme: theme.rawValue)
        status = failure.status.code
        explanation = words(failure.explanation)
        self.requestID = requestID
    }
}
