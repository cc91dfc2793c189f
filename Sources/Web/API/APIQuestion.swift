import Core
import StrictJSON

/// What an API client asks, read and understood as far as it concerns the gate.
struct APIQuestion: Sendable {
    /// The model's public name.
    var model: String
    /// The longest reply that the client wants; nil where it does not say.
    var maxReplyTokens: Int64?
    var request: APIRequest
}

extension APIQuestion {
    /// - Parameters:
    ///   - own: the members that the gate writes itself, beside the model and how it streams.
    ///   - replies: how many replies are produced.
    init(
        _ body: APIValue, to interface: APIInterface, prompt: CountablePrompt, own: Set<String> = [],
        replies: Int64 = 1, maxReplyTokens: Int64? = nil
    ) throws(Failure) {
        if let longest = maxReplyTokens, longest.multipliedReportingOverflow(by: replies).overflow {
            throw .invalidRequest("So many replies of such a length cannot be counted.", param: "n")
        }
        model = try body.required("model").string()
        self.maxReplyTokens = maxReplyTokens
        let own = own.union(["model", "stream", "stream_options"])
        try body.refuseDoubles(of: own.union(["n", "best_of"]))
        if interface.hasReply { try body.refuseCaps(beside: own) }
        let stream = try interface.hasReply ? StreamChoice(body) : StreamChoice()
        request = APIRequest(
            members: body.node.members { !own.contains($0.name) }, interface: interface, prompt: prompt,
            replies: replies, streamOptions: stream.options, answer: stream.answer,
            isAnsweredByText: [.chatCompletions, .completions].contains(interface) && body.asksForNoMoreThanText,
            asksToThink: body.asksToThink)
    }
}

/// Whether and how the client wants to be streamed to.
private struct StreamChoice {
    var answer = APIRequest.Answer.document
    var options: [UInt8] = []

    init() {}

    init(_ body: APIValue) throws(Failure) {
        let options = body.member("stream_options")
        guard try body.flag("stream") else {
            if let options { throw options.problem("is only allowed when `stream` is true") }
            return
        }
        _ = try options?.object()
        answer = .stream(withUsage: try options?.flag("include_usage") ?? false)
        self.options = options?.node.members { $0.name != "include_usage" } ?? []
    }
}

extension APIValue {
    /// Whether nothing is asked for that comes beside the text of an answer.
    fileprivate var asksForNoMoreThanText: Bool {
        let more: Set = ["tools", "functions", "logprobs", "top_logprobs", "echo"]
        return node.members.allSatisfy {
            !more.contains($0.name) || $0.value.kind == .null || $0.value.boolean == false
        }
    }

    /// Whether the model is asked to think, under any of the names that interfaces and servers have for it:
    /// `reasoning_effort`, `reasoning`, `thinking`, `enable_thinking`, `thinking_budget`, or among a template's arguments.
    fileprivate var asksToThink: Bool {
        let arguments: Set = ["chat_template_kwargs", "extra_body"]
        return node.members.contains { member in
            let name = member.name.withoutCase
            return (name.contains("reason") || name.contains("think") || arguments.contains(name))
                && !member.value.isNull && member.value.boolean != false && member.value.string != "none"
        }
    }

    /// Names under which one interface or server or another takes a cap on the reply, which would then not be ours.
    private static let caps: Set<String> = [
        "max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict", "num_predict", "max_new_tokens",
        "max_length", "max_gen_len", "max_tokens_to_sample",
    ]

    /// Refuses members that a less strict reader takes for one of `names`: what was metered would not be what happens.
    fileprivate func refuseDoubles(of names: Set<String>) throws(Failure) {
        for member in node.members {
            let plain = member.name.withoutCase
            guard plain != member.name, names.contains(plain) else { continue }
            throw APIValue(member.value, member.name).unsupported("the name is “\(plain)”")
        }
    }

    /// Refuses every name of a cap but `own`.
    fileprivate func refuseCaps(beside own: Set<String>) throws(Failure) {
        for member in node.members where Self.caps.subtracting(own).contains(member.name.withoutCase) {
            let name = own.intersection(Self.caps).max() ?? ""
            throw APIValue(member.value, member.name).unsupported("the name for the longest reply is “\(name)”")
        }
    }
}

extension String {
    /// As readers compare that fold letters of other scripts as well: `ſ` is an `s` to them, and the sign of the Kelvin a
    /// `k`.
    fileprivate var withoutCase: String { uppercased().lowercased() }
}
