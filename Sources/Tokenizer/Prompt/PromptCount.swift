/// How many tokens a prompt takes, and how sure that is.
public struct PromptCount: Sendable, Hashable {
    /// What people wrote: the contents of all messages, without anything around them.
    public var text: Int
    /// What the upstream charges for: text, overhead of the chat format, tools, images.
    public var total: Int
    /// Why `total` is only an estimate; empty when it is exact.
    public var doubts: Set<CountDoubt>

    public var isExact: Bool { doubts.isEmpty }

    public init(text: Int, total: Int, doubts: Set<CountDoubt> = []) {
        self.text = text
        self.total = total
        self.doubts = doubts
    }
}

/// Something in a prompt that cannot be counted exactly here.
public enum CountDoubt: Sendable, Hashable {
    /// The model's tokenizer is not one of OpenAI's, or its name says nothing.
    case unknownTokenizer
    /// gpt-oss: text is exact, but the harmony format around it is not published token by token.
    case unknownChatFormat
    /// How calls of earlier turns are written into the prompt is not published.
    case toolCalls
    /// By the published formula, which upstreams apply to their own idea of the image's size.
    case images
    /// An image that has no published price for this model: it counts nothing here.
    case unpricedImage
    /// A part of this kind counts nothing here.
    case uncountable(kind: String)

    /// For the page and for errors.
    public var explanation: String {
        switch self {
        case .unknownTokenizer: "this model's own tokenizer is not known"
        case .unknownChatFormat: "the format around this model's messages is not published"
        case .toolCalls: "earlier tool calls are written into the prompt in a way that is not published"
        case .images: "images are counted by their published formula"
        case .unpricedImage: "an image has no known price for this model"
        case .uncountable(let kind): "a part of the kind “\(kind)” cannot be counted here"
        }
    }
}
