import Core

/// A limit of something that many share, as it stands.
struct SharedAccount {
    let account: Account
    let holderName: String
    let modelName: String?
}

extension SQLSession {
    /// The limits of these scopes, each with its account in the current window. Not for limits that many people have
    /// an account of.
    func sharedAccounts(
        _ scopes: [Limit.Scope], _ rules: LedgerRules, at moment: Timestamp
    ) throws -> [SharedAccount] {
        let now = "$\(scopes.count + 1)"
        let places = scopes.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        return try rows(
            """
            SELECT \(Limit.columns), \(StoredAccount.columns), \(Limit.subjectName) AS holder_name,
                   \(Limit.modelName) AS model_name
              FROM quota_limit l
              LEFT JOIN account a
                ON a.id = (SELECT newest.id FROM account newest
                            WHERE newest.limit_id = l.id AND newest.holder = l.subject
                              AND \(StoredAccount.hasBegun("newest", by: now))
                            ORDER BY newest.window_start DESC LIMIT 1)
             WHERE l.scope IN (\(places)) AND l.retired_at IS NULL AND l.time_window <> 'perRequest'
             ORDER BY l.id
            """, with: scopes.map(\.sqlValue) + [moment.sqlValue]
        ).map { row in
            let limit = try Limit(row)
            let stored = try StoredAccount(row, limit, of: limit.subject, share: nil, rules, at: moment)
            return SharedAccount(
                account: stored.account, holderName: try row["holder_name"] ?? limit.subject,
                modelName: try row["model_name"])
        }
    }

    /// What the one organization says about all limits.
    func ledgerRules() throws -> LedgerRules { try LedgerRules(onlyRow("SELECT * FROM organization")) }
}
