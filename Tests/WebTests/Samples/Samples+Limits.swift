import Core

@testable import Web

extension Samples {
    static var limitPages: [(name: String, page: any Page)] {
        [
            ("admin-limits", limitsPage(nil, isEmpty: false)), ("admin-limits-empty", limitsPage(nil, isEmpty: true)),
            ("admin-limits-new", limitsPage(newLimit, isEmpty: true)),
            ("admin-limits-edit", limitsPage(changedLimit, isEmpty: false)),
            ("admin-limits-file", limitsFile(isRefused: false)),
            ("admin-limits-file-refused", limitsFile(isRefused: true)),
        ]
    }

    private static func limitsFile(isRefused: Bool) -> LimitsFilePage {
        LimitsFilePage(
            frame: adminFrame("Limits as a file"), tabs: AdminTab.limits.links(words),
            text: "organization:\n  daily_cap: 500000\n",
            refusal: isRefused ? "Nothing was changed: 2 things are wrong with it." : nil,
            flaws: isRefused
                ? [
                    .init(line: "2", source: "  daily_cup: 500000", reason: "unknown key “daily_cup”"),
                    .init(line: nil, source: nil, reason: "is larger than 256 KiB"),
                ]
                : [],
            preview: isRefused
                ? nil
                : .init(
                    summary: "1 thing would change.",
                    rows: [
                        .init(
                            subject: "project production", what: "tokens a day", before: "50000", after: "200000",
                            warning: "1 has already taken as much.")
                    ], canApply: true))
    }

    /// Extras of somebody, and the form for one more.
    static var extras: GrantDesk {
        GrantDesk(
            action: "/admin/people/p1/grants#grants",
            grants: [grant(holder: nil, end: nil), grant(holder: nil, end: "over")],
            fields: GrantDraft(amount: "some").fields(["amount": "A whole number."], words),
            meter: GrantDraft().meterChoice([:], words))
    }

    private static func grant(holder: String?, end: String?) -> GrantRow {
        GrantRow(
            holder: holder, link: "/admin/people/p1", amount: "+50,000 tokens", left: "12,000 left",
            expires: moment(hours: 90), reason: "Thesis", revoke: "/admin/people/p1/grants/g1/revoke", end: end)
    }

    private static func limitsPage(_ form: LimitForm?, isEmpty: Bool) -> LimitsPage {
        LimitsPage(
            frame: adminFrame("Limits"), tabs: AdminTab.limits.links(words), file: "/admin/limits/file",
            filters: LimitFilter().choices([], words), form: form,
            problem: isEmpty ? "This limit belongs to its tier." : nil, groups: isEmpty ? [] : groups,
            grants: isEmpty ? [] : [grant(holder: "Maren Voss", end: nil)])
    }

    private static var groups: [LimitsPage.Group] {
        [
            .init(
                title: "Everybody together",
                rows: [
                    .init(
                        id: "l1", name: "Harbour School", what: "spending per month", amount: "$200.00",
                        notes: ["from 80 % on: low priority 20 %", "$50.00 every day 22:00–06:00"], isShadow: false,
                        levels: [level(holder: nil, tone: "near")],
                        quiet: "Nothing taken yet.", rest: nil, shadowed: nil, tier: nil)
                ]),
            .init(
                title: "Each person of a tier",
                rows: [
                    .init(
                        id: "l2", name: "Staff", what: "tokens per day", amount: "25,000", notes: [], isShadow: false,
                        levels: [level(holder: "Maren Voss", tone: "full"), level(holder: "Tomás Ødegård", tone: "")],
                        quiet: "Nothing taken yet.", rest: "and 12 people with less", shadowed: nil, tier: "t1"),
                    .init(
                        id: "l3", name: "Staff", what: "requests per minute", amount: "10", notes: [], isShadow: true,
                        levels: [],
                        quiet: "Nothing taken yet.", rest: nil,
                        shadowed: "It would have refused 3 requests in the last 7 days.",
                        tier: nil),
                ]),
        ]
    }

    private static func level(holder: String?, tone: String) -> LimitsPage.Level {
        LimitsPage.Level(
            holder: holder, link: holder.map { _ in "/admin/people/p1" }, text: "18,204 and 4,608 held, of 25,000",
            usedWidth: 728, heldStart: 728, heldWidth: 184, tone: tone, resets: tone.isEmpty ? nil : moment(hours: 17))
    }

    private static var newLimit: LimitForm {
        let draft = LimitDraft(whom: "person:", person: "maren", amount: "a lot")
        let errors = [
            "person": "There is no such thing.", "amount": "This is not written as it should be.",
            "rules[][days][]": "This is needed.", "schedule": "There may be 50.", "pressure": "Shares from 0 to 100 %.",
        ]
        return form(
            draft, errors,
            counts: draft.counts(
                LimitChoices(
                    organization: Organization(name: "Harbour School"), tiers: [], projects: [], models: [],
                    key: ("k1", "Laptop")), errors, words),
            problem: "There is a limit already that counts exactly this.", preview: nil)
    }

    private static var changedLimit: LimitForm {
        let rule = ScheduleRule(weekdays: [.monday, .friday], fromMinute: 480, untilMinute: 1080, amount: 5_000)
        let limit = Limit(
            scope: .organization, subject: "o1", meter: .tokens, window: .bucket, amount: 10_000, refill: 100_000,
            schedule: [rule], pressure: Pressure(sharesPartsPerMillion: [.low: 200_000]))
        return form(
            LimitDraft(limit), [:], counts: nil, problem: nil,
            preview: .init(text: "It concerns 48 people. Nobody would be stopped at once.", isHarsh: true))
    }

    private static func form(
        _ draft: LimitDraft, _ errors: [String: String], counts: LimitForm.Counts?, problem: String?,
        preview: LimitForm.Preview?
    ) -> LimitForm {
        LimitForm(
            title: "New limit", action: "/admin/limits", counts: counts,
            amounts: draft.amountFields(isBucket: nil, errors, words), mode: draft.modeChoice(errors, words),
            rules: draft.ruleRows(isAdding: false, errors, words), scheduleError: errors["schedule"],
            pressure: draft.pressureFields(errors, words), pressureError: errors["pressure"],
            ceiling: draft.ceilingField(errors, words), problem: problem, preview: preview,
            history: [.init(time: moment(hours: -3), text: "25,000 → 30,000", reason: "forecast 41 % of the day")])
    }
}
