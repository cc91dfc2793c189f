import Core

/// What the accounts of one limit or grant count: as much of it as decides their charges. Names are digests, so that
/// millions of rows are compared without making strings of them.
struct CountingRule: Sendable {
    enum Kind: Sendable, Hashable {
        case limit(Window)
        case grant
    }

    let kind: Kind
    let meter: Limit.Meter
    let scope: Limit.Scope
    let subject: Digest
    /// Nothing for all models.
    let model: Digest

    init(_ limit: Limit, _ key: Digest.Key) {
        kind = .limit(limit.window)
        meter = limit.meter
        scope = limit.scope
        subject = Digest(limit.subject, key)
        model = Digest(limit.model?.rawValue, key)
    }

    init(_ grant: Grant, _ key: Digest.Key) {
        kind = .grant
        meter = grant.meter
        scope = grant.holder.scope
        subject = Digest(grant.holder.subject, key)
        model = .nothing
    }

    /// What a grant gives is not charged to these limits.
    func spares(_ limit: CountingRule) -> Bool {
        guard kind == .grant, limit.kind != .grant, limit.kind != .limit(.perRequest) else { return false }
        guard meter == limit.meter, meter != .concurrent else { return false }
        return scope == limit.scope || (scope == .person && limit.scope == .tier)
    }

    /// Whose account a request with these names is counted on; nil when it is not counted.
    func holder(of names: EntryNames) -> Digest? {
        guard model == .nothing || model == names.model, subject == names[scope], subject != .nothing else {
            return nil
        }
        return kind != .grant && scope == .tier ? names.person : subject
    }
}

/// On whose behalf a request was made.
struct EntryNames {
    let organization: Digest
    let project: Digest
    let tier: Digest
    let person: Digest
    let key: Digest
    let model: Digest

    subscript(scope: Limit.Scope) -> Digest {
        switch scope {
        case .organization, .request: organization
        case .project: project
        case .tier: tier
        case .person: person
        case .key: key
        case .model: model
        }
    }
}

extension SQLSession {
    /// Every limit, retired ones too, and every grant, by the digest of its identifier.
    func rules(_ key: Digest.Key) throws -> [Digest: CountingRule] {
        var rules: [Digest: CountingRule] = [:]
        for row in try rows("SELECT \(Limit.columns) FROM quota_limit l") {
            let limit = try Limit(row)
            rules[Digest(limit.id.rawValue, key)] = CountingRule(limit, key)
        }
        for row in try rows("SELECT g.*, g.scope AS grant_scope FROM quota_grant g") {
            let grant = try Grant(row)
            rules[Digest(grant.id.rawValue, key)] = CountingRule(grant, key)
        }
        return rules
    }
}
