import Core

extension SQLSession {
    /// An organization and a tier to begin with, so that the first admin finds something to edit.
    func makeFirstStart(at now: Timestamp) throws {
        if try row("SELECT id FROM organization") != nil { return }
        let organization = Organization(name: "My organization")
        try execute(
            """
            INSERT INTO organization (id, name, time_zone, week_start, reset_hour, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            organization.id, organization.name, organization.timeZone, organization.weekStart.rawValue,
            organization.resetHour, now)
        _ = try createTier(.standard, in: organization, by: .program, at: now)
    }
}

extension Tier.Settings {
    /// Enough for a day of writing, too little for one person to use up what everyone shares.
    fileprivate static let standard = Tier.Settings(
        name: "Standard", audience: "Everyone", maxPromptTokens: 32_000, maxReplyTokens: 4_096,
        allowance: Tier.Allowance(
            tokensPerHour: 100_000, tokensPerDay: 500_000, tokensPerMonth: 5_000_000, requestsPerMinute: 20,
            concurrentRequests: 4))
}
