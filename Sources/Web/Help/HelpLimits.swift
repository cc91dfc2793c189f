import Core

/// `/help/limits`: the rules in plain words, with the reader's own numbers.
struct HelpLimitsPage: Page {
    static let template = "help/limits"

    let frame: Frame
    let limits: [LimitRow]
    /// How long one prompt and one reply may be.
    let bounds: String
    /// When windows turn over.
    let returning: String
    /// What becomes of a reply that nobody reads.
    let leaving: String
}

extension HelpLimitsPage {
    init(frame: Frame, limits: [LimitRow], tier: Tier, organization: Organization, words: Words) {
        self.init(
            frame: frame, limits: limits, bounds: Self.bounds(tier, words),
            returning: Self.returning(organization, words), leaving: Self.leaving(tier.settings.disconnect, words))
    }

    private static func bounds(_ tier: Tier, _ words: Words) -> String {
        words(
            "In your tier, {tier}, one prompt may take up to {prompt} and one reply up to {reply}; a model may allow less.",
            [
                "tier": tier.name, "prompt": words.tokens(tier.settings.maxPromptTokens),
                "reply": words.tokens(tier.settings.maxReplyTokens),
            ])
    }

    private static func returning(_ organization: Organization, _ words: Words) -> String {
        words(
            """
            A limit per hour returns at the full hour, one per day at {hour}:00, one per month on the first at \
            {hour}:00: all in the time of your organization, {zone}.
            """,
            ["hour": String(organization.resetHour), "zone": organization.timeZone])
    }

    private static func leaving(_ policy: DisconnectPolicy, _ words: Words) -> String {
        switch policy {
        case .cancel(let seconds):
            words(
                """
                If you close the page or the connection breaks, the model is stopped after {seconds} s, unless you \
                come back before; you pay for what was written until then.
                """, ["seconds": words.number(seconds)])
        case .drain:
            words(
                """
                If you close the page or the connection breaks, the model writes on to the end of its reply, and you \
                pay for all of it.
                """)
        }
    }
}
