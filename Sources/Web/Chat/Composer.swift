/// Where a question is written (`templates/chat/composer.mustache`).
struct Composer: Sendable {
    /// Where it is sent.
    let action: String
    /// The chat that is open; empty for a new one. With it a draft is counted (`POST /tokens`), and under its name the
    /// browser keeps the draft until it is sent.
    let chat: String
    /// Random, once per page: the same question sent twice is one message. A new chat is known by it.
    let submission: String
    /// What was typed and could not be sent.
    let text: String
    let models: [Choice.Option]
    /// False where not even a prompt without a draft would fit, and for somebody who only looks on. A draft that does not
    /// fit leaves the button alone: without JavaScript nothing would enable it again once the draft is shorter.
    let canSend: Bool
    /// Whether somebody else only looks on.
    let isReadOnly: Bool
}
