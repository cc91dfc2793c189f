import Core

extension SQLSession {
    /// What is left of the grants that requests on `path` may draw on.
    func pots(on path: QuotaPath, at now: Timestamp) throws -> [Pot] {
        try rows(
            "\(Pot.selection) WHERE g.holder IN ($1, $2, $3) AND g.expires_at > $4",
            path.organization, path.project, path.person, now
        ).map(Pot.init)
    }

    /// Where a grant is counted: it is made with it.
    func account(of grant: Grant.ID) throws -> Int64 {
        try onlyRow("SELECT id FROM account WHERE grant_id = $1", grant)["id"]
    }
}

extension Pot {
    static let selection = """
        SELECT g.id, g.scope AS grant_scope, g.holder, g.meter, g.amount, g.reason, g.created_at, g.expires_at,
               a.used, a.held
          FROM quota_grant g JOIN account a ON a.grant_id = g.id
        """

    init(_ row: SQLRow) throws {
        self.init(grant: try Grant(row), used: try row["used"], held: try row["held"])
    }
}

extension Grant {
    /// From a row with its scope as `grant_scope`.
    init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], holder: try Holder(scope: row["grant_scope"], subject: row["holder"]),
            meter: try row["meter"], amount: try row["amount"], reason: try row["reason"],
            createdAt: try row["created_at"], expiresAt: try row["expires_at"])
    }
}

extension Grant.Holder {
    init(scope: Limit.Scope, subject: String) throws {
        switch scope {
        case .person: self = .person(PersonID(rawValue: subject))
        case .project: self = .project(ProjectID(rawValue: subject))
        case .organization: self = .organization(OrganizationID(rawValue: subject))
        default: throw StoreFailure.other(detail: "a grant of the scope \(scope)")
        }
    }
}

extension [StoredAccount] {
    /// With what the pots add to each.
    func adding(_ pots: [Pot]) -> [StoredAccount] {
        guard !pots.isEmpty else { return self }
        return map { stored in
            var stored = stored
            stored.account.granted = pots.available(for: stored.account.limit)
            return stored
        }
    }
}
