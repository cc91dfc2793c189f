import Core

/// What the gate is told about people, tiers and models: two reads of one moment, nothing remembered between prompts.
struct SQLGatePolicy: GatePolicy {
    let database: any SQLDatabase

    func route(of person: PersonID, to model: String) async throws -> Route {
        try await database.look { session in
            guard let asking = try session.enabledPerson(person) else { throw GateError.personDisabled }
            guard let asked = try session.model(model, askedBy: asking) else { throw GateError.unknownModel(model) }
            guard try asked["is_allowed"] else { throw GateError.modelNotInTier(model) }
            return try Route(of: person, asking, to: asked)
        }
    }
}

extension SQLSession {
    fileprivate func enabledPerson(_ person: PersonID) throws -> SQLRow? {
        try row(
            """
            SELECT p.organization, p.tier, t.max_prompt_tokens, t.max_reply_tokens, t.disconnect_grace_seconds,
                   t.downgrades, t.cache_seconds, o.shares_cache, o.alert_rules,
                   o.waits_for_holds AND o.queue_length > 0 AS waits_for_holds
              FROM person p JOIN tier t ON t.id = p.tier JOIN organization o ON o.id = p.organization
             WHERE p.id = $1 AND p.is_disabled = 0
            """, person)
    }

    fileprivate func model(_ name: String, askedBy person: SQLRow) throws -> SQLRow? {
        let organization: OrganizationID = try person["organization"]
        let tier: TierID = try person["tier"]
        return try row(
            """
            SELECT m.*, u.base_url, u.api_key,
                   (SELECT f.name FROM model f WHERE f.id = m.fallback AND f.is_retired = 0) AS fallback_name,
                   EXISTS (SELECT 1 FROM tier_model tm WHERE tm.tier = $3 AND tm.model = m.id) AS is_allowed
              FROM model m JOIN upstream u ON u.id = m.upstream
             WHERE m.organization = $1 AND m.name = $2 AND m.is_retired = 0
            """, organization, name, tier)
    }
}

extension Route {
    fileprivate init(of person: PersonID, _ asking: SQLRow, to model: SQLRow) throws {
        let graceSeconds: Int64? = try asking["disconnect_grace_seconds"]
        let rules = try LedgerRules.alerts(try asking["alert_rules"])
        let atLimit = Tier.AtLimit(downgrades: try asking["downgrades"], cacheSeconds: try asking["cache_seconds"])
        self.init(
            path: QuotaPath(
                organization: try asking["organization"], tier: try asking["tier"], person: person,
                model: try model["id"]),
            endpoint: UpstreamEndpoint(baseURL: try model["base_url"], apiKey: try model["api_key"]),
            meteredModel: MeteredModel(name: try model["upstream_model"], encoding: try model["encoding"]),
            tariff: try Tariff(model),
            bounds: ReplyBounds(
                maxPromptTokens: try asking["max_prompt_tokens"],
                maxReplyTokens: min(try asking["max_reply_tokens"], try model["max_reply_tokens"]),
                contextWindow: try model["context_window"], minimumReplyTokens: try model["minimum_reply_tokens"]),
            disconnectPolicy: graceSeconds.map(DisconnectPolicy.cancel) ?? .drain,
            atLimit: atLimit.orElse(rules),
            fallback: try model["fallback_name"], holdsWholeReply: try model["holds_whole_reply"],
            sharesCache: try asking["shares_cache"], alertRules: rules,
            waitsForHolds: try asking["waits_for_holds"])
    }
}
