import Core

extension SQLSession {
    /// - Throws: `NotFound`.
    func tier(_ id: TierID) throws -> Tier {
        guard let row = try row("SELECT * FROM tier WHERE id = $1", id) else { throw NotFound() }
        return try tier(row)
    }

    /// The tier of a row, with its models and limits.
    func tier(_ row: SQLRow) throws -> Tier {
        let id: TierID = try row["id"]
        let graceSeconds: Int64? = try row["disconnect_grace_seconds"]
        let models = try rows("SELECT model FROM tier_model WHERE tier = $1", id).map { try $0["model"] as ModelID }
        let settings = Tier.Settings(
            name: try row["name"], audience: try row["audience"], maxPromptTokens: try row["max_prompt_tokens"],
            maxReplyTokens: try row["max_reply_tokens"], models: Set(models),
            disconnect: graceSeconds.map { .cancel(graceSeconds: $0) } ?? .drain,
            atLimit: Tier.AtLimit(downgrades: try row["downgrades"], cacheSeconds: try row["cache_seconds"]),
            allowance: try allowance(of: .tier(id)))
        return Tier(
            id: id, organization: try row["organization"], settings: settings, isRetired: try row["is_retired"])
    }

    func createTier(
        _ settings: Tier.Settings, in organization: Organization, by actor: Actor, at now: Timestamp
    ) throws -> Tier {
        try settings.flaws.throwIfAny()
        try check(settings, of: nil)
        let tier = Tier(organization: organization.id, settings: settings)
        try insert(tier, at: now)
        try AuditTrail(session: self, actor: actor, now: now)
            .note(.tierCreated, of: tier.id.rawValue, named: tier.name, after: tier)
        return tier
    }

    func insert(_ tier: Tier, at now: Timestamp) throws {
        let settings = tier.settings
        try execute(
            """
            INSERT INTO tier (id, organization, name, audience, max_prompt_tokens, max_reply_tokens, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            tier.id, tier.organization, settings.name, settings.audience, settings.maxPromptTokens,
            settings.maxReplyTokens, now)
        try update(tier, at: now)
    }

    func update(_ tier: Tier, at now: Timestamp) throws {
        let settings = tier.settings
        try execute(
            """
            UPDATE tier SET name = $2, audience = $3, max_prompt_tokens = $4, max_reply_tokens = $5,
                disconnect_grace_seconds = $6, is_retired = $7, downgrades = $8, cache_seconds = $9
            WHERE id = $1
            """,
            tier.id, settings.name, settings.audience, settings.maxPromptTokens, settings.maxReplyTokens,
            settings.disconnect.graceSeconds, tier.isRetired, settings.atLimit.downgrades, settings.atLimit.cacheSeconds
        )
        try execute("DELETE FROM tier_model WHERE tier = $1", tier.id)
        for model in settings.models {
            try execute("INSERT INTO tier_model (tier, model) VALUES ($1, $2)", tier.id, model)
        }
        try setAllowance(settings.allowance, of: .tier(tier.id), at: now)
    }

    /// - Throws: `Flaws` when another tier has the name, or one of the models does not exist.
    func check(_ settings: Tier.Settings, of tier: TierID?) throws {
        var flaws: [Flaw] = []
        let namesake = try row("SELECT id FROM tier WHERE name = $1", settings.name)
        if let namesake, try namesake["id"] != tier { flaws.append(Flaw("name", .taken)) }
        let areKnown = try settings.models.allSatisfy { try row("SELECT id FROM model WHERE id = $1", $0) != nil }
        if !areKnown { flaws.append(Flaw("models", .unknown)) }
        try Flaws(flaws).throwIfAny()
    }

    /// `Team 2` after `Team`, `Team 3` after that.
    func freeTierName(like name: String) throws -> String {
        let taken = Set(try rows("SELECT name FROM tier").map { try $0["name"] as String })
        let stem = name.prefix(90)
        return (2...(taken.count + 2)).lazy.map { "\(stem) \($0)" }.first { !taken.contains($0) } ?? name
    }
}

extension DisconnectPolicy {
    var graceSeconds: Int64? {
        if case .cancel(let graceSeconds) = self { graceSeconds } else { nil }
    }
}
