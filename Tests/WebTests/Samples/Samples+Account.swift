import Core

@testable import Web

extension Samples {
    static var chart: BarChart {
        let days = (1...21).map { ChartInput.Day(label: "\($0) Nov", amounts: amounts(onDay: Int64($0))) }
        return BarChart(
            ChartInput(series: ["gpt-4o-mini", "llama-3.3-70b", "o4-mini"], days: days),
            caption: "Tokens per day and model", words: words)
    }

    private static func amounts(onDay day: Int64) -> [Int64] {
        let second = day % 3 == 0 ? 0 : day * 377 % 2_500
        return [day * 731 % 4_000, second, day % 5 * 90]
    }

    static func table(_ heading: String, link: String?) -> UsageTable {
        UsageTable(
            caption: "Usage by \(heading.lowercased())", heading: heading,
            rows: [
                .init(
                    name: "gpt-4o-mini", link: link, requests: "312", prompt: "120,448", completion: "89,002",
                    total: "209,450", cost: "$0.071"),
                .init(
                    name: "llama-3.3-70b", link: nil, requests: "12", prompt: "8,200", completion: "0",
                    total: "8,200", cost: "$0.00"),
            ])
    }

    static var empty: UsageTable { UsageTable(caption: "Usage by chat", heading: "Chat", rows: []) }

    static var periods: [Choice.Option] {
        [
            Choice.Option(value: "today", label: "Today", isSelected: false),
            Choice.Option(value: "month", label: "This month", isSelected: true),
        ]
    }

    static var account: [(name: String, page: any Page)] {
        [
            (
                "help-limits",
                HelpLimitsPage(
                    frame: frame("Limits") {
                        $0.isHelp = true
                        $0.zone = "Europe/Berlin"
                    }, limits: limits, bounds: "One prompt may take up to 32,000 tokens.",
                    returning: "A limit per hour returns at the full hour.", leaving: "The model is stopped after 10 s."
                )
            ),
            ("account", accountPage),
            ("account-usage", usagePage(chart)),
            ("account-usage-empty", usagePage(nil)),
        ]
    }

    private static var accountPage: AccountPage {
        AccountPage(
            frame: frame("Account") {
                $0.isAccount = true
                $0.notice = "The theme was changed."
            },
            email: "maren@example.org", tier: "Staff",
            preferences: .init(
                name: Field("displayName", "Name", value: "Maren Voss", autocomplete: "name", isRequired: true),
                timeZone: Choice(
                    "timeZone", "Time zone",
                    options: [("", "as your organization: UTC"), ("Europe/Berlin", "Europe/Berlin")],
                    selected: "Europe/Berlin")),
            extras: [
                .init(
                    amount: "50,000 tokens", left: "12,000", expires: moment(hours: 90), reason: "Thesis",
                    isShared: true)
            ],
            themes: AccountPage.themes(.automatic, words),
            passwordFields: AccountPage.passwordFields(["current": "This is not your password."], words),
            endsOtherSessions: true,
            sessions: [
                .init(
                    id: "s1", browser: "Firefox on Linux", address: "192.0.2.7", lastSeen: moment(hours: 0),
                    isCurrent: true),
                .init(
                    id: "s2", browser: "Safari on an iPhone", address: "198.51.100.20", lastSeen: moment(hours: -30),
                    isCurrent: false),
            ])
    }

    private static func usagePage(_ chart: BarChart?) -> AccountUsagePage {
        AccountUsagePage(
            frame: frame("Usage") { $0.isUsage = true }, periods: periods, period: "month",
            summary: "217,650 tokens in 324 requests since 1 Nov, in Europe/Berlin.", chart: chart, limits: limits,
            models: table("Model", link: nil), chats: chart == nil ? empty : table("Chat", link: "/chat/c1"))
    }
}
