import Core

/// A row of `hold`, with the rules of its organization.
struct HeldRequest {
    /// The number under which its charges, and later its usage, are filed.
    let entry: Int64
    let requestID: RequestID
    let owner: String
    let openedAt: Timestamp
    let leaseUntil: Timestamp
    let isAskedToStop: Bool
    let origin: Origin
    let promptTokens: Int64
    let replyCap: Int64
    /// How much of the reply is held so far.
    let heldReply: Int64
    let streamedTokens: Int64
    let tariff: Tariff
    let rules: LedgerRules
    /// How long the latest replies to this person, and to all, were; as `ReplyHistory` keeps it.
    let ownReplies: String?
    let allReplies: String?

    static let selection = """
        SELECT h.*, o.time_zone, o.week_start, o.reset_hour, o.alert_rules, o.queue_length, o.queue_seconds,
               o.waits_for_holds,
               (SELECT r.recent FROM reply_history r WHERE r.person = h.person AND r.model = h.model) AS own_replies,
               (SELECT r.recent FROM reply_history r WHERE r.person = '' AND r.model = h.model) AS all_replies
          FROM hold h JOIN organization o ON o.id = h.organization
        """

    init(_ row: SQLRow) throws {
        entry = try row["id"]
        requestID = try row["request_id"]
        owner = try row["owner"]
        openedAt = try row["opened_at"]
        leaseUntil = try row["lease_until"]
        isAskedToStop = try row["stop_asked"]
        origin = try Origin(row)
        promptTokens = try row["prompt_tokens"]
        replyCap = try row["reply_cap"]
        heldReply = try row["held_reply"]
        streamedTokens = try row["streamed_tokens"]
        tariff = try Tariff(row)
        rules = try LedgerRules(row)
        ownReplies = try row["own_replies"]
        allReplies = try row["all_replies"]
    }

    var open: OpenHold {
        OpenHold(
            id: requestID, owner: owner, origin: origin, promptTokens: promptTokens, replyCap: replyCap,
            streamedTokens: streamedTokens, openedAt: openedAt, leaseUntil: leaseUntil, isAskedToStop: isAskedToStop)
    }
}

extension HeldRequest {
    /// How it ends when its worker is gone: the prompt, and what it was known to have streamed, which is never more than
    /// the reply could be.
    func expiry(_ live: LiveCounts?) -> Ending {
        let streamed = max(streamedTokens, min(replyCap, live?.tokens(of: requestID) ?? 0))
        let usage = Usage(promptTokens: promptTokens, completionTokens: streamed, source: .counted)
        return Ending(usage: usage, outcome: .expired)
    }
}

extension Origin {
    /// From a row of `hold` or `usage`.
    init(_ row: SQLRow) throws {
        let path = QuotaPath(
            organization: try row["organization"], project: try row["project"], tier: try row["tier"],
            person: try row["person"], key: try row["api_key"], model: try row["model"])
        self.init(
            path: path, modelAsked: try row["model_asked"], conversation: try row["conversation"],
            feature: try row["feature"])
    }
}

extension Tariff {
    /// From a row of `hold`, `usage` or `model`.
    init(_ row: SQLRow) throws {
        self.init(
            promptNanodollarsPerMillion: try row["prompt_price"],
            completionNanodollarsPerMillion: try row["completion_price"],
            cachedPromptNanodollarsPerMillion: try row["cached_prompt_price"],
            weightPartsPerMillion: try row["weight_ppm"],
            cachedPromptWeightPartsPerMillion: try row["cached_prompt_weight_ppm"],
            reasoningWeightPartsPerMillion: try row["reasoning_weight_ppm"])
    }
}
