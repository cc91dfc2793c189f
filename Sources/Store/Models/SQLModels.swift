import Core

struct SQLModels: Models {
    let database: any SQLDatabase
    let time: any TimeSource

    func all() async throws -> [Model] {
        try await database.read { session in
            try session.rows("SELECT * FROM model ORDER BY is_retired, name").map { try session.model($0) }
        }
    }

    func model(_ id: ModelID) async throws -> Model? {
        try await database.read { session in
            try session.row("SELECT * FROM model WHERE id = $1", id).map { try session.model($0) }
        }
    }

    func allowed(for person: PersonID) async throws -> [Model] {
        try await database.read { session in
            try session.rows(
                """
                SELECT model.* FROM model
                JOIN tier_model ON tier_model.model = model.id JOIN person ON person.tier = tier_model.tier
                WHERE person.id = $1 AND person.is_disabled = 0 AND model.is_retired = 0
                ORDER BY model.name
                """, person
            ).map { try session.model($0) }
        }
    }

    func create(_ settings: Model.Settings, by actor: Actor) async throws -> Model {
        try settings.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            let model = Model(organization: try session.organization().id, settings: settings)
            try session.check(settings, of: nil)
            try session.insert(model, at: now)
            try session.setTiers(of: model)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.modelCreated, of: model.id.rawValue, named: model.name, after: model)
            return model
        }
    }

    func change(_ id: ModelID, to settings: Model.Settings, by actor: Actor) async throws -> Model {
        try settings.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            guard let row = try session.row("SELECT * FROM model WHERE id = $1", id) else { throw NotFound() }
            let before = try session.model(row)
            var after = before
            after.settings = settings
            try session.check(settings, of: id)
            try session.update(after)
            try session.setTiers(of: after)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.modelChanged, of: id.rawValue, named: after.name, before: before, after: after)
            return after
        }
    }
}

extension SQLSession {
    fileprivate func model(_ row: SQLRow) throws -> Model {
        let id: ModelID = try row["id"]
        let tiers = try rows("SELECT tier FROM tier_model WHERE model = $1", id).map { try $0["tier"] as TierID }
        let settings = Model.Settings(
            name: try row["name"], upstream: try row["upstream"], upstreamModel: try row["upstream_model"],
            encoding: try row["encoding"], contextWindow: try row["context_window"],
            maxReplyTokens: try row["max_reply_tokens"], minimumReplyTokens: try row["minimum_reply_tokens"],
            fallback: try row["fallback"], holdsWholeReply: try row["holds_whole_reply"], tariff: try Tariff(row),
            tiers: Set(tiers), isRetired: try row["is_retired"])
        return Model(id: id, organization: try row["organization"], settings: settings)
    }

    fileprivate func insert(_ model: Model, at now: Timestamp) throws {
        let settings = model.settings
        try execute(
            """
            INSERT INTO model (id, organization, name, upstream, upstream_model, encoding, context_window,
                max_reply_tokens, prompt_price, completion_price, cached_prompt_price, weight_ppm, is_retired, created_at,
                minimum_reply_tokens, fallback, holds_whole_reply, cached_prompt_weight_ppm, reasoning_weight_ppm)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            """,
            model.id, model.organization, settings.name, settings.upstream, settings.upstreamModel, settings.encoding,
            settings.contextWindow, settings.maxReplyTokens, settings.tariff.promptNanodollarsPerMillion,
            settings.tariff.completionNanodollarsPerMillion, settings.tariff.cachedPromptNanodollarsPerMillion,
            settings.tariff.weightPartsPerMillion, settings.isRetired, now, settings.minimumReplyTokens,
            settings.fallback,
            settings.holdsWholeReply, settings.tariff.cachedPromptWeightPartsPerMillion,
            settings.tariff.reasoningWeightPartsPerMillion)
    }

    fileprivate func update(_ model: Model) throws {
        let settings = model.settings
        try execute(
            """
            UPDATE model SET name = $2, upstream = $3, upstream_model = $4, encoding = $5, context_window = $6,
                max_reply_tokens = $7, prompt_price = $8, completion_price = $9, cached_prompt_price = $10,
                weight_ppm = $11, is_retired = $12, minimum_reply_tokens = $13, fallback = $14, holds_whole_reply = $15,
                cached_prompt_weight_ppm = $16, reasoning_weight_ppm = $17
            WHERE id = $1
            """,
            model.id, settings.name, settings.upstream, settings.upstreamModel, settings.encoding,
            settings.contextWindow, settings.maxReplyTokens, settings.tariff.promptNanodollarsPerMillion,
            settings.tariff.completionNanodollarsPerMillion, settings.tariff.cachedPromptNanodollarsPerMillion,
            settings.tariff.weightPartsPerMillion, settings.isRetired, settings.minimumReplyTokens, settings.fallback,
            settings.holdsWholeReply, settings.tariff.cachedPromptWeightPartsPerMillion,
            settings.tariff.reasoningWeightPartsPerMillion)
    }

    fileprivate func setTiers(of model: Model) throws {
        try execute("DELETE FROM tier_model WHERE model = $1", model.id)
        for tier in model.settings.tiers {
            try execute("INSERT INTO tier_model (tier, model) VALUES ($1, $2)", tier, model.id)
        }
    }

    /// - Throws: `Flaws` when another model has the name, or the upstream or one of the tiers does not exist.
    fileprivate func check(_ settings: Model.Settings, of model: ModelID?) throws {
        var flaws: [Flaw] = []
        let namesake = try row("SELECT id FROM model WHERE name = $1", settings.name)
        if let namesake, try namesake["id"] != model { flaws.append(Flaw("name", .taken)) }
        let hasUpstream = try row("SELECT id FROM upstream WHERE id = $1", settings.upstream) != nil
        if !hasUpstream { flaws.append(Flaw("upstream", .unknown)) }
        let areKnown = try settings.tiers.allSatisfy { try row("SELECT id FROM tier WHERE id = $1", $0) != nil }
        if !areKnown { flaws.append(Flaw("tiers", .unknown)) }
        if let fallback = settings.fallback, try !leadsOn(fallback, without: model) {
            flaws.append(Flaw("fallback", .unknown))
        }
        try Flaws(flaws).throwIfAny()
    }

    /// Whether the chain of fallbacks from `first` on exists, and does not come back to `model`.
    private func leadsOn(_ first: ModelID, without model: ModelID?) throws -> Bool {
        var next: ModelID? = first
        var seen: Set<ModelID> = []
        while let id = next {
            guard id != model, seen.insert(id).inserted,
                let row = try row("SELECT fallback FROM model WHERE id = $1", id)
            else { return false }
            next = try row["fallback"]
        }
        return true
    }
}
