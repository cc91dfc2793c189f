import Core

extension SQLSession {
    /// Notes every threshold that `account` has come to by using `used`: each once in a window.
    ///
    /// - Parameter account: as it was before.
    func alert(_ account: Account, using used: Int64, _ rules: LedgerRules, at now: Timestamp) throws {
        guard account.limit.isGraduated, used > account.used else { return }
        for rule in rules.alerts.crossed(from: account.used, to: used, of: account.amount) {
            try alert(of: rule, account, used: used, at: now)
        }
    }

    func alert(of rule: AlertRule, _ account: Account, used: Int64, at now: Timestamp) throws {
        let alert = try row(
            """
            INSERT INTO alert (limit_id, holder, window_start, threshold_ppm, action, at, used, amount, resets_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (limit_id, holder, window_start, threshold_ppm) DO NOTHING RETURNING id
            """,
            account.limit.id, account.holder, account.windowStart, rule.thresholdPartsPerMillion, rule.action, now,
            used, account.amount, account.resetsAt)
        guard let id: Int64 = try alert?["id"] else { return }
        for channel in rule.channels.sorted(by: { $0.rawValue < $1.rawValue }) {
            try execute(
                "INSERT INTO alert_delivery (alert, channel, next_attempt_at) VALUES ($1, $2, $3)", id, channel, now)
        }
    }
}

extension AlertRule.Action: SQLRepresentable {}
extension AlertRule.Channel: SQLRepresentable {}
