/// One message of a transcript (`templates/chat/message.mustache`), also sent alone to a browser that waits for it.
struct ChatMessageRow: Sendable {
    let id: String
    /// Who speaks: `You`, or the model's name.
    let author: String
    let isQuestion: Bool
    /// As it was typed: shown for a question, and edited.
    let text: String
    /// The rendered reply; empty for a question.
    let blocks: [Block]
    /// Whether the reply is still being written.
    let isStreaming: Bool
    /// Where the events of a reply that is being written come from; nil once it is whole, and for a page that is itself
    /// streamed.
    let stream: String?
    /// Where it is stopped meanwhile, without scripts too.
    let stop: String?
    /// `312 prompt + 845 reply = 1,157 tokens`.
    let usage: String?
    /// Why the reply is not what was asked for, or comes slowly.
    var note: String?
    /// Why the reply is shorter than it could be: `stopped`, `cut at the limit`.
    let remark: String?
    /// Why there is no reply, or only a part.
    let problem: String?
    /// Where to ask again; nil except for the last reply.
    let regenerate: String?
    /// Where an edited question goes; nil except for the last question.
    let edit: String?
    /// What stands in the form that edits a question: an edit that was not sent is kept there, and the form is open.
    var edited: String
    var isEdited: Bool

    struct Block: Sendable {
        let blockHTML: HTML
    }

    init(
        id: String, author: String, isQuestion: Bool, text: String, isStreaming: Bool = false, stream: String? = nil,
        stop: String? = nil, usage: String? = nil, note: String? = nil, remark: String? = nil, problem: String? = nil,
        regenerate: String? = nil,
        edit: String? = nil
    ) {
        self.id = id
        self.author = author
        self.isQuestion = isQuestion
        self.text = text
        self.blocks = isQuestion ? [] : Markdown.blocks(of: text).map { Block(blockHTML: HTML(trusted: $0)) }
        self.isStreaming = isStreaming
        self.stream = stream
        self.stop = stop
        self.usage = usage
        self.note = note
        self.remark = remark
        self.problem = problem
        self.regenerate = regenerate
        self.edit = edit
        edited = text
        isEdited = false
    }
}
