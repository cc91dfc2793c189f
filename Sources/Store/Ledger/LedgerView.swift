import Core

/// Everything that is asked about a path at the beginning of a hold, but its limits.
struct LedgerView {
    let rules: LedgerRules
    let priority: Priority
    /// Whether anybody waits for anything.
    let isQueued: Bool
    let hasGrants: Bool
    /// Whether this request is held or was settled.
    let isKnown: Bool
    /// Whether the key was revoked or has run out.
    let isKeyOver: Bool
    /// What a reply usually takes; nil where that says nothing.
    let usualReply: Int64?
}

extension SQLSession {
    /// - Throws: `LedgerFailure.unknownOrganization`.
    func view(of path: QuotaPath, asking request: RequestID?, at now: Timestamp) throws -> LedgerView {
        let row = try row(
            """
            SELECT o.time_zone, o.week_start, o.reset_hour, o.alert_rules, o.queue_length, o.queue_seconds,
                   o.waits_for_holds,
                   (SELECT p.priority FROM project p WHERE p.id = $2) AS priority,
                   EXISTS (SELECT 1 FROM waiting) AS is_queued,
                   EXISTS (SELECT 1 FROM quota_grant g WHERE g.holder IN ($1, $2, $3) AND g.expires_at > $6) AS has_grants,
                   EXISTS (SELECT 1 FROM hold h WHERE h.request_id = $5)
                       OR EXISTS (SELECT 1 FROM usage u WHERE u.request_id = $5) AS is_known,
                   EXISTS (SELECT 1 FROM api_key k
                            WHERE k.id = $7 AND (k.revoked_at IS NOT NULL OR k.expires_at <= $6)) AS is_key_over,
                   (SELECT r.recent FROM reply_history r WHERE r.person = $3 AND r.model = $4) AS own_replies,
                   (SELECT r.recent FROM reply_history r WHERE r.person = '' AND r.model = $4) AS all_replies
              FROM organization o WHERE o.id = $1
            """, path.organization, path.project, path.person, path.model, request, now, path.key)
        guard let row else { throw LedgerFailure.unknownOrganization }
        return LedgerView(
            rules: try LedgerRules(row), priority: try row["priority"] ?? .normal, isQueued: try row["is_queued"],
            hasGrants: try row["has_grants"], isKnown: try row["is_known"], isKeyOver: try row["is_key_over"],
            usualReply: ReplyHistory.usualReply(own: try row["own_replies"], all: try row["all_replies"]))
    }
}

extension Priority: SQLRepresentable {}
