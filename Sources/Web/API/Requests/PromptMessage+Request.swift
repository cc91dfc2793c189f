import Core
import StrictJSON
import Tokenizer

// A client's messages, as far as they cost tokens.
extension PromptMessage {
    /// Members that cost nothing, or that are read by name.
    private static let known: Set<String> = [
        "role", "content", "name", "tool_calls", "tool_call_id", "function_call", "audio", "refusal", "cache_control",
    ]

    /// A message of a chat completion. A member that nobody here knows counts by all the text that is in it.
    init(chat message: APIValue) throws(Failure) {
        let message = try message.object()
        let role = try message.required("role").string()
        var content = try PromptContent.parts(of: message.member("content"))
        if let refusal = try message.optionalString("refusal") { content.append(.text(refusal)) }
        if message.member("audio") != nil { content.append(.uncountable(kind: "audio")) }
        for member in message.node.members where !Self.known.contains(member.name) {
            content += member.value.allText.map(PromptContent.text)
        }
        self.init(
            role: role, content: content, name: try message.optionalString("name"),
            toolCalls: try PromptToolCall.calls(in: message))
    }
}

extension PromptContent {
    /// Text alone, or parts of several kinds.
    static func parts(of content: APIValue?) throws(Failure) -> [PromptContent] {
        guard let content else { return [] }
        if let text = content.node.string { return [.text(text)] }
        guard content.node.kind == .array else { throw content.problem("must be a string or an array of parts") }
        var parts: [PromptContent] = []
        for part in try content.elements() { parts.append(try PromptContent(part)) }
        return parts
    }

    private init(_ part: APIValue) throws(Failure) {
        let part = try part.object()
        switch try part.required("type").string() {
        case "text", "input_text", "output_text": self = .text(try part.required("text").string())
        case "refusal": self = .text(try part.required("refusal").string())
        case "image_url": self = .image(try PromptImage(try part.required("image_url").object()))
        case "input_image": self = .image(try PromptImage(response: part))
        case let kind: self = .uncountable(kind: kind)
        }
    }
}

extension PromptImage {
    /// `{"url": …, "detail": …}` of a chat completion.
    fileprivate init(_ image: APIValue) throws(Failure) {
        self.init(
            size: ImageSize.ofDataURL(try image.required("url").string()), detail: try Self.detail(image))
    }

    /// A part of a response's input. A file that lies at the upstream belongs to whoever owns the upstream's key.
    fileprivate init(response part: APIValue) throws(Failure) {
        if let file = part.member("file_id") { throw file.unsupported("files of the upstream belong to everybody") }
        self.init(
            size: ImageSize.ofDataURL(try part.required("image_url").string()), detail: try Self.detail(part))
    }

    private static func detail(_ image: APIValue) throws(Failure) -> Detail {
        guard let detail = image.member("detail") else { return .auto }
        guard let known = Detail(rawValue: try detail.string()) else {
            throw detail.problem("must be “low”, “high” or “auto”")
        }
        return known
    }
}

extension PromptToolCall {
    /// Calls that the assistant made in an earlier turn.
    fileprivate static func calls(in message: APIValue) throws(Failure) -> [PromptToolCall] {
        var calls: [PromptToolCall] = []
        for call in try message.list("tool_calls") {
            let function = call.member("function") ?? call.member("custom") ?? call
            calls.append(try PromptToolCall(function))
        }
        if let legacy = message.member("function_call") { calls.append(try PromptToolCall(legacy)) }
        return calls
    }

    init(_ function: APIValue) throws(Failure) {
        let arguments = try function.optionalString("arguments")
        let input = try function.optionalString("input")
        self.init(name: try function.required("name").string(), arguments: arguments ?? input ?? "")
    }
}
