import Core

/// A row of `hold`.
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
    let streamedTokens: Int64
    let tariff: Tariff

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
        streamedTokens = try row["streamed_tokens"]
        tariff = try Tariff(row)
    }

    var open: OpenHold {
        OpenHold(
            id: requestID, owner: owner, origin: origin, promptTokens: promptTokens, replyCap: replyCap,
            streamedTokens: streamedTokens, openedAt: openedAt, leaseUntil: leaseUntil, isAskedToStop: isAskedToStop)
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
    /// From a row of `hold` or `usage`.
    init(_ row: SQLRow) throws {
        self.init(
            promptNanodollarsPerMillion: try row["prompt_price"],
            completionNanodollarsPerMillion: try row["completion_price"],
            cachedPromptNanodollarsPerMillion: try row["cached_prompt_price"],
            weightPartsPerMillion: try row["weight_ppm"])
    }
}
