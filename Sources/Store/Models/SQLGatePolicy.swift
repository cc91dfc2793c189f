import Core

/// Reads the way of a prompt anew each time: what an admin changes counts for the next one.
struct SQLGatePolicy: GatePolicy {
    let database: any SQLDatabase

    func route(of person: PersonID, to model: String) async throws -> Route {
        try await database.read { session in
            let tier = try session.row(
                """
                SELECT person.organization, tier.id, tier.max_prompt_tokens, tier.max_reply_tokens,
                    tier.disconnect_grace_seconds
                FROM person JOIN tier ON tier.id = person.tier
                WHERE person.id = $1 AND person.is_disabled = 0
                """, person)
            guard let tier else { throw GateError.personDisabled }
            let found = try session.row(
                """
                SELECT model.*, upstream.base_url, upstream.api_key FROM model
                JOIN upstream ON upstream.id = model.upstream
                WHERE model.name = $1 AND model.is_retired = 0 AND model.organization = $2
                """, model, try tier["organization"] as OrganizationID)
            guard let found else { throw GateError.unknownModel(model) }
            let path = QuotaPath(
                organization: try tier["organization"], tier: try tier["id"], person: person, model: try found["id"])
            guard try session.allows(path.model, in: path.tier) else { throw GateError.modelNotInTier(model) }
            return try Route(path, tier: tier, model: found)
        }
    }
}

extension SQLSession {
    fileprivate func allows(_ model: ModelID, in tier: TierID) throws -> Bool {
        try row("SELECT model FROM tier_model WHERE tier = $1 AND model = $2", tier, model) != nil
    }
}

extension Route {
    fileprivate init(_ path: QuotaPath, tier: SQLRow, model: SQLRow) throws {
        let graceSeconds: Int64? = try tier["disconnect_grace_seconds"]
        let maxReplyTokens: Int64 = min(try tier["max_reply_tokens"], try model["max_reply_tokens"])
        self.init(
            path: path,
            endpoint: UpstreamEndpoint(baseURL: try model["base_url"], apiKey: try model["api_key"]),
            meteredModel: MeteredModel(name: try model["upstream_model"], encoding: try model["encoding"]),
            tariff: try Tariff(model),
            bounds: ReplyBounds(
                maxPromptTokens: try tier["max_prompt_tokens"], maxReplyTokens: maxReplyTokens,
                contextWindow: try model["context_window"]),
            disconnectPolicy: graceSeconds.map { .cancel(graceSeconds: $0) } ?? .drain)
    }
}
