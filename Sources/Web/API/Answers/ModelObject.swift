import Core

/// A model as `GET /v1/models` lists it, with what else a program wants to know of it.
///
/// Source: <https://platform.openai.com/docs/api-reference/models/object>.
struct ModelObject: Encodable {
    let id: String
    let object = "model"
    /// Clients insist on a number; nobody here knows when a model was made.
    let created = 0
    let ownedBy: String
    let contextWindow: Int64
    let maxReplyTokens: Int64

    enum CodingKeys: String, CodingKey {
        case id, object, created
        case ownedBy = "owned_by"
        case contextWindow = "context_window"
        case maxReplyTokens = "max_completion_tokens"
    }

    init(_ model: Model) {
        id = model.name
        ownedBy = "sluice"
        contextWindow = model.settings.contextWindow
        maxReplyTokens = model.settings.maxReplyTokens
    }
}

struct ModelList: Encodable {
    let object = "list"
    let data: [ModelObject]

    enum CodingKeys: String, CodingKey {
        case object, data
    }
}
