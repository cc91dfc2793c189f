import Core
import Hummingbird

/// What a chat page is made of, beside who asks.
struct ChatScene: Sendable {
    /// The chat that is open; nil for a new one.
    var record: ConversationRecord?
    var list = ChatList()
    /// What was typed and could not be sent.
    var draft = ""
    /// For the model, typed beside the first question and not sent either.
    var instructions = ""
    /// Typed in place of the last question, and not sent either.
    var edited: String?
    /// The model that was chosen; nil for the one that the chat was last led with.
    var model: String?
    /// Under which the draft was sent; nil for a fresh one.
    var submission: String?
    var problem: Failure?
    /// The reply that is streamed into the page itself, for browsers without scripts.
    var place: Core.RequestID?
    /// The chat as it is without a question that was stored, and was then not let in; what stands in `record` is gone.
    var withdrawn: Withdrawn?

    struct Withdrawn: Sendable {
        /// Nil for a chat that would have begun.
        var before: ConversationRecord?
    }

    /// What the next question goes on.
    var current: ConversationRecord? { withdrawn.map(\.before) ?? record }

    /// How that reply ended, as its worker knows it.
    var ended: ReplyStanding?
}

extension ChatVisit {
    func page(_ scene: ChatScene) async throws -> ChatPage {
        let models = try await models()
        let model = model(scene.model, for: scene.record, among: models)
        let (gauge, warnings) = try await standing(scene.draft, after: scene.current, model: model)
        let title = scene.record?.conversation.title ?? words("New chat")
        let frame = try await site.frame(title, .chat, for: context)
        let (found, older) = try await chats(scene.list)
        return ChatPage(
            frame: frame, search: scene.list.search, days: days(found, open: scene.record?.conversation.id),
            noChats: scene.list.search.isEmpty ? words("Your chats will stand here.") : words("Nothing was found."),
            older: older, title: title, open: try await openChat(scene.record),
            greeting: models.isEmpty
                ? words("No model is open to you yet. Ask your administrator.")
                : words("What would you like to know?"),
            instructions: scene.instructions.isEmpty ? nil : scene.instructions,
            messages: try await rows(scene), problem: scene.problem.map { ChatPage.Problem(message: $0.explanation) },
            warnings: warnings, composer: composer(scene, frame, models, model, gauge), gauge: gauge)
    }

    private func openChat(_ record: ConversationRecord?) async throws -> ChatPage.OpenChat? {
        guard let chat = record?.conversation else { return nil }
        return ChatPage.OpenChat(
            id: chat.id.rawValue, name: chat.title, instructions: chat.systemPrompt, total: try await total(of: chat.id)
        )
    }

    /// What the chat used so far, worded.
    func total(of chat: ConversationID) async throws -> String {
        let used = try await ports.usage.total(of: chat, of: person.id)
        return words("This chat: {tokens}", ["tokens": words.tokens(used.totalTokens)])
    }

    private func composer(
        _ scene: ChatScene, _ frame: Frame, _ models: [Model], _ model: String?, _ gauge: Gauge?
    ) -> Composer {
        let chat = scene.current?.conversation.id
        let isReadOnly = frame.seenAs != nil
        return Composer(
            action: chat.map { "/chat/\($0)" } ?? "/chat", chat: chat?.rawValue ?? "",
            submission: scene.submission ?? Core.RequestID.random().rawValue, text: scene.draft,
            models: models.map {
                Choice.Option(value: $0.name, label: $0.name, isSelected: $0.name == model)
            },
            canSend: !isReadOnly && model != nil && (!scene.draft.isEmpty || gauge?.isBlocked != true),
            isReadOnly: isReadOnly)
    }

    // MARK: Messages

    func rows(_ scene: ChatScene) async throws -> [ChatMessageRow] {
        guard let messages = scene.record?.messages else { return [] }
        var rows: [ChatMessageRow] = []
        for message in messages { rows.append(await row(message, scene, among: messages)) }
        return rows
    }

    /// One message as its page shows it; a reply that this worker reads, with what has come just now.
    func row(_ message: Message, _ scene: ChatScene, among messages: [Message]) async -> ChatMessageRow {
        let isPlace = message.reply != nil && message.reply?.requestID == scene.place
        let ended = message.id == scene.ended?.message.id ? scene.ended : nil
        var message = ended?.message ?? message
        let live = await live(message)
        if message.state == .streaming, let live {
            message.text = live.text
            message.reply?.room = live.room
            message.reply?.substitute = live.substitute
        }
        let isOver = messages.allSatisfy { $0.state != .streaming || $0.id == scene.ended?.message.id }
        var row = ChatMessageRow(
            message,
            ChatMessageRow.Standing(
                canReplace: isOver, isLastQuestion: message.id == messages.last { $0.role == .user }?.id,
                isLastReply: message.id == messages.last?.id, isPlace: isPlace), zone: zone, words)
        if message.state == .streaming, let live, let account = live.slowedBy, let reduction = live.reduction {
            row.note = [row.note, words.slowness(account, by: reduction)].compactMap { $0 }.joined(separator: " ")
        }
        if row.edit != nil, let edited = scene.edited {
            row.edited = edited
            row.isEdited = true
        }
        return row
    }

    private func live(_ message: Message) async -> LiveReply? {
        guard let request = message.reply?.requestID, message.state == .streaming else { return nil }
        return await ports.gate.reply(to: request, of: person.id)
    }
}

extension Site {
    /// A new chat beside the list of all.
    func showNewChat(_ request: Request, _ context: SiteContext) async throws -> Response {
        let visit = try await ChatVisit(self, context)
        return response(try await visit.page(ChatScene(list: ChatList(request))))
    }

    func showChat(_ request: Request, _ context: SiteContext) async throws -> Response {
        let visit = try await ChatVisit(self, context)
        let scene = ChatScene(record: try await visit.recordInPath(), list: ChatList(request))
        return response(try await visit.page(scene))
    }
}
