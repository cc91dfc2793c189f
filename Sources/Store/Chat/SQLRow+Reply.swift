import Core

extension Message.Reply {
    init(_ row: SQLRow) throws {
        let source: Usage.Source? = try row["usage_source"]
        let usage = try source.map { source in
            Usage(
                promptTokens: try row["prompt_tokens"], completionTokens: try row["completion_tokens"],
                cachedPromptTokens: try row["cached_prompt_tokens"], reasoningTokens: try row["reasoning_tokens"],
                source: source)
        }
        self.init(
            requestID: try row["request"], model: try row["model"], usage: usage, cost: try row["cost"],
            finishReason: try row["finish_reason"], outcome: try row["outcome"], room: try ReplyRoom(row),
            substitute: try Substitute(row), failure: try UpstreamFailure(row))
    }
}

extension Substitute {
    fileprivate init?(_ row: SQLRow) throws {
        guard let text: String = try row["substitute"] else { return nil }
        self = try StoredJSON.value(Substitute.self, of: text)
    }
}

extension ReplyRoom {
    /// Nil for a reply of which nothing has come, and for those from before this was kept.
    fileprivate init?(_ row: SQLRow) throws {
        guard let tokens: Int64 = try row["reply_cap"] else { return nil }
        self.init(tokens: tokens, limit: try Limit.Name(row), until: try row["shortened_until"])
    }
}

extension Limit.Name {
    fileprivate init?(_ row: SQLRow) throws {
        guard let scope: Limit.Scope = try row["shortened_scope"] else { return nil }
        self.init(scope: scope, meter: try row["shortened_meter"], window: try row["shortened_window"])
    }
}

extension UpstreamFailure {
    /// As it is stored: a case may be added, never renamed.
    var kind: String {
        switch self {
        case .unreachable: "unreachable"
        case .timedOut: "timedOut"
        case .refused: "refused"
        case .garbage: "garbage"
        case .cut: "cut"
        case .brokenOff: "brokenOff"
        }
    }

    var status: Int? {
        if case .refused(let status, _, _) = self { status } else { nil }
    }

    /// Nil for a reply that did not fail, or whose failure a later version wrote.
    fileprivate init?(_ row: SQLRow) throws {
        switch try row["failure"] as String? {
        case "unreachable": self = .unreachable(detail: "")
        case "timedOut": self = .timedOut
        case "refused": self = .refused(status: try row["failure_status"], message: "", retryAfterSeconds: nil)
        case "garbage": self = .garbage(detail: "")
        case "cut": self = .cut
        case "brokenOff": self = .brokenOff(message: "")
        default: return nil
        }
    }
}
