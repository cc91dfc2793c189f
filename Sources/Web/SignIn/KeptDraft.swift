import Core
import Hummingbird

/// A question whose session was over when it was sent without JavaScript. The form of the sign-in carries it to the
/// composer: nothing of it is stored for somebody who is not known.
///
/// Only pages of this site can send one here (`CrossOriginProtection`).
struct KeptDraft: Sendable, Decodable {
    let text: String
    let model: String?
    /// For the model, with the first question of a chat.
    let instructions: String?
    /// Whether it takes the place of the last question.
    var isEdit = false

    /// Twice what the longest prompt of a usual tier has: a stranger's form must not be answered with megabytes.
    static let maxBytes = 256 * 1024

    private enum CodingKeys: CodingKey {
        case text, model, instructions
    }

    /// - Returns: nil for a request that carries no question.
    init?(_ request: Request) async {
        let parts = request.uri.path.split(separator: "/")
        let isQuestion = request.method == .post && parts.first == "chat"
        guard isQuestion, let draft = try? await request.form(Self.self), !draft.text.isEmpty else { return nil }
        self = draft
        isEdit = parts.count > 2 && parts[2] == "edit"
    }

    init(text: String, model: String?, instructions: String?, isEdit: Bool) {
        self.text = text
        self.model = model
        self.instructions = instructions
        self.isEdit = isEdit
    }

    var isTooLong: Bool { text.utf8.count + (instructions?.utf8.count ?? 0) > Self.maxBytes }
}

extension ChatVisit {
    /// The chat that the draft was written in, or a new one where it is not there for whoever has signed in.
    func scene(with draft: KeptDraft, at path: ReturnPath) async throws -> ChatScene {
        var scene = ChatScene(record: try await record(at: path), model: draft.model)
        if draft.isEdit, scene.record != nil {
            scene.edited = draft.text.typed
        } else {
            scene.draft = draft.text.typed
            scene.instructions = draft.instructions?.typed ?? ""
        }
        return scene
    }

    private func record(at path: ReturnPath) async throws -> ConversationRecord? {
        guard let chat = path.chat else { return nil }
        do {
            return try await record(of: chat)
        } catch is NotFound {
            return nil
        }
    }
}
