/// `/chat` and `/chat/{id}`: the list, the transcript, the composer and the gauge.
struct ChatPage: Page {
    static let template = "chat"

    let frame: Frame
    /// What the list was searched for.
    let search: String
    let days: [Day]
    /// What stands where the list is empty.
    let noChats: String
    /// Where the list goes on; nil at its end.
    let older: String?
    let title: String
    /// The chat that is open; nil for a new one.
    let open: OpenChat?
    /// What stands where there is no message yet.
    let greeting: String
    /// For the model, typed with a first question that could not be sent; nil for none.
    let instructions: String?
    let messages: [ChatMessageRow]
    /// Why the draft was not sent; nil where nothing was tried.
    let problem: Problem?
    /// Which limits are near.
    let warnings: [Warning]
    let composer: Composer
    /// nil while no limit applies.
    let gauge: Gauge?

    struct Day: Sendable {
        /// `Today`, `Yesterday`, `19 Nov 2026`.
        let day: String
        let chats: [Item]
    }

    struct Item: Sendable {
        let id: String
        let title: String
        /// Words around what was searched for.
        let excerpt: String?
        let isOpen: Bool
    }

    struct Warning: Sendable {
        /// Which limit, how much of it is left, and when it returns.
        let warning: String
    }

    struct Problem: Sendable {
        /// The same words as the gauge's, and as the body for scripts.
        let message: String
    }

    struct OpenChat: Sendable {
        let id: String
        let name: String
        let instructions: String
        /// What the chat used so far, worded.
        let total: String
    }
}
