import Core

@testable import Web

extension Samples {
    static var admin: [(name: String, page: any Page)] {
        limitPages + tiers + people + models + [
            ("admin-usage", adminUsage(chart)), ("admin-usage-empty", adminUsage(nil)),
            ("admin-holds", holds(isEmpty: false)), ("admin-holds-empty", holds(isEmpty: true)),
            ("admin-alerts", alerts(isEmpty: false)), ("admin-alerts-empty", alerts(isEmpty: true)),
            ("admin-health", health(hasWarnings: true)), ("admin-health-good", health(hasWarnings: false)),
            ("admin-audit", audit(isEmpty: false)), ("admin-audit-empty", audit(isEmpty: true)),
        ]
    }

    static func adminFrame(_ title: String) -> Frame {
        frame(title) { $0.isAdmin = true }
    }

    private static var tiers: [(name: String, page: any Page)] {
        var draft = TierDraft()
        draft.name = "Staff"
        draft.audience = "Everybody who works here"
        draft.tokensPerDay = "a lot"
        let errors = ["tokensPerDay": words.sentence(about: Flaw("tokensPerDay", .malformed))]
        let form = TiersPage.Form(
            title: "Change Staff", action: "/admin/tiers/t1", fields: draft.fields(errors, words),
            policy: draft.policyChoice(words), grace: draft.graceField(errors, words),
            ladder: draft.ladderChoice(words),
            cache: draft.cacheField(["cacheSeconds": "From 1 hour."], words),
            models: [
                Choice.Option(value: "m1", label: "gpt-4o-mini", isSelected: true),
                Choice.Option(value: "m2", label: "llama-3.3-70b", isSelected: false),
            ],
            modelsError: "Choose at least one model.",
            preview: .init(
                text: "48 people are on this tier. 3 of them would be over their day at once.", isHarsh: true))
        return [
            ("admin-tiers", tiersPage(nil)),
            ("admin-tiers-edit", tiersPage(form)), ("admin-tiers-first", tiersPage(firstForm)),
        ]
    }

    private static var firstForm: TiersPage.Form {
        TiersPage.Form(
            title: "New tier", action: "/admin/tiers", fields: TierDraft().fields([:], words),
            policy: TierDraft().policyChoice(words), grace: TierDraft().graceField([:], words),
            ladder: TierDraft().ladderChoice(words),
            cache: TierDraft().cacheField([:], words), models: [],
            modelsError: nil, preview: nil)
    }

    private static func tiersPage(_ form: TiersPage.Form?) -> TiersPage {
        TiersPage(
            frame: adminFrame("Tiers"), tabs: AdminTab.tiers.links(words), form: form,
            rows: [
                .init(
                    id: "t1", name: "Staff", audience: "Everybody who works here", people: "48", prompt: "8,000",
                    reply: "4,096", hour: "20,000", day: "25,000", month: "400,000", requests: "10", concurrent: "3",
                    models: "gpt-4o-mini, llama-3.3-70b", isRetired: false),
                .init(
                    id: "t2", name: "Guests", audience: "", people: "0", prompt: "2,000", reply: "500", hour: "—",
                    day: "5,000", month: "—", requests: "3", concurrent: "1", models: "gpt-4o-mini",
                    isRetired: true),
            ])
    }

    private static func tierChoice(_ name: String, error: String? = nil) -> Choice {
        Choice(name, "Tier", options: [("t1", "Staff"), ("t2", "Guests")], selected: "t1", error: error)
    }

    private static var people: [(name: String, page: any Page)] {
        [
            ("admin-people", peoplePage(isEmpty: false)), ("admin-people-empty", peoplePage(isEmpty: true)),
            ("admin-person", personPage(isDisabled: false)), ("admin-person-disabled", personPage(isDisabled: true)),
            ("admin-view-as", viewAs),
            ("admin-organization", organization(nil)),
            ("admin-organization-preview", organization("Windows that run now last until their announced end.")),
        ]
    }

    private static func organization(_ preview: String?) -> OrganizationPage {
        var draft = OrganizationDraft(
            Organization(
                name: "Harbour School", timeZone: "Europe/Berlin", alertTargets: AlertTargets(emails: ["a@example.org"])
            ))
        draft.alerts?["r9"] = AlertRuleDraft()
        let errors = preview == nil ? ["alerts[r0][threshold]": "A number.", "alertRules": "At most 50."] : [:]
        return OrganizationPage(
            frame: adminFrame("Organization"), tabs: AdminTab.organization.links(words),
            ends: "The day ends on 22 Nov 2026, 00:00 CET.",
            name: draft.nameField(["name": "This is needed."], words), choices: draft.choices([:], words),
            rules: draft.alertRows(errors, words), rulesError: errors["alertRules"],
            targets: draft.targetFields([:], words),
            tests: [.init(channel: "Slack", text: "was taken.", hasFailed: preview == nil)],
            queue: draft.queueFields([:], words),
            queueChoices: draft.queueChoices(words), preview: preview, extras: extras)
    }

    private static func peoplePage(isEmpty: Bool) -> Web.PeoplePage {
        Web.PeoplePage(
            frame: adminFrame("People"), tabs: AdminTab.people.links(words), found: "312 people",
            search: Field("q", "Name or address", kind: .search, value: "ma"),
            filters: [
                Choice("tier", "Tier", options: [("", "all"), ("t1", "Staff")], selected: ""),
                Choice("state", "State", options: [("", "all"), ("over", "at the limit")], selected: ""),
            ],
            isAdding: isEmpty,
            addFields: [
                Field("name", "Name", isRequired: true),
                Field("email", "E-mail", kind: .email, error: isEmpty ? "Somebody has this address." : nil),
            ],
            addChoices: [Choice("tier", "Tier", options: [("t1", "Staff")], selected: "t1")],
            columns: PeoplePage.columns(PeopleFilter(), words),
            rows: isEmpty ? [] : peopleRows,
            moveAction: "/admin/people/tier",
            newTier: Choice("newTier", "New tier", options: [("t2", "Guests")], selected: nil, error: "Choose a tier."),
            move: isEmpty
                ? nil
                : .init(
                    text: "2 people would change to Guests, from Staff (2).", button: "Give Guests to 2 people",
                    tier: "t2", people: ["p1", "p2"]),
            position: "1 to 2 of 312", previous: isEmpty ? "?page=1" : nil, next: isEmpty ? nil : "?page=2")
    }

    private static var peopleRows: [Web.PeoplePage.Row] {
        [
            .init(
                id: "p1", name: "Maren Voss", email: "maren@example.org", tier: "Staff", today: "18,204",
                month: "217,650", created: moment(hours: -900), isChosen: true, isAdmin: true, isDisabled: false,
                state: "near the limit"),
            .init(
                id: "p2", name: "Tomás Ødegård", email: "tomas@example.org", tier: "Guests", today: "0", month: "0",
                created: moment(hours: -20), isChosen: false, isAdmin: false, isDisabled: true, state: nil),
        ]
    }

    private static func personPage(isDisabled: Bool) -> PersonPage {
        let draft = PersonDraft(displayName: "Maren Voss", email: "maren@example.org", tier: "t1", isAdmin: "yes")
        return PersonPage(
            frame: adminFrame("Maren Voss"), tabs: AdminTab.people.links(words), id: "p1",
            newLimit: "/admin/limits?edit=new", name: "Maren Voss", email: "maren@example.org", isAdmin: true,
            isDisabled: isDisabled,
            problem: isDisabled ? "Nobody would be left who can administer." : nil,
            password: isDisabled ? "k7m2p-xw9ta-3hfqe-n5vcz" : nil,
            link: isDisabled
                ? nil : InvitationLink(address: "https://chat.example.org/invitation/0f3c", expires: moment(hours: 72)),
            invitedUntil: isDisabled ? nil : moment(hours: 72), limits: limits, fields: draft.fields([:], words),
            choices: [tierChoice("tier"), draft.adminChoice(error: nil, words)],
            extras: extras)
    }

    private static var viewAs: ViewAsPage {
        var frame = adminFrame("As Maren Voss")
        frame.seenAs = "Maren Voss"
        return ViewAsPage(
            frame: frame, tabs: AdminTab.people.links(words), id: "p1", name: "Maren Voss",
            binding: "Your tokens today is the limit that stops them first: 2,188 of 25,000 are left.", limits: limits,
            models: "gpt-4o-mini, llama-3.3-70b", month: table("Model", link: nil))
    }

    private static var models: [(name: String, page: any Page)] {
        [
            ("admin-models", modelsPage(isEmpty: false)), ("admin-models-empty", modelsPage(isEmpty: true)),
            ("admin-upstreams", upstreamsPage(isEmpty: false)), ("admin-upstreams-empty", upstreamsPage(isEmpty: true)),
        ]
    }

    private static var form: AdminForm {
        AdminForm(
            title: "New", action: "/admin/models", cancel: "/admin/models",
            fields: [
                Field("name", "Name", hint: "What people choose.", isRequired: true),
                Field("price", "Price", kind: .number, value: "-1", error: "A price is never negative."),
            ],
            choices: [Choice("encoding", "Encoding", options: [("o200k_base", "o200k_base")], selected: "o200k_base")],
            checks: AdminForm.Checks(
                legend: "Tiers that may use it", name: "tiers[]",
                options: [
                    Choice.Option(value: "t1", label: "Staff", isSelected: true),
                    Choice.Option(value: "t2", label: "Guests", isSelected: false),
                ],
                error: "Choose one that exists."))
    }

    private static func modelsPage(isEmpty: Bool) -> ModelsPage {
        ModelsPage(
            frame: adminFrame("Models"), tabs: AdminTab.models.links(words), form: isEmpty ? form : nil,
            trial: isEmpty
                ? nil
                : .init(
                    title: "gpt-4o-mini answered", summary: "After 412 ms, 9 prompt and 3 reply tokens.",
                    answer: "Hello there.", hasFailed: false),
            rows: isEmpty
                ? []
                : [
                    .init(
                        id: "m1", name: "gpt-4o-mini", upstream: "OpenAI", upstreamName: "gpt-4o-mini-2024-07-18",
                        encoding: "o200k_base", context: "128,000", reply: "16,384", prices: "$0.15 / $0.60",
                        weight: "1", fallback: "llama-2", tiers: "Staff, Guests", isRetired: false),
                    .init(
                        id: "m2", name: "llama-2", upstream: "Own", upstreamName: "llama-2", encoding: "cl100k_base",
                        context: "4,096", reply: "1,024", prices: "—", weight: "1", fallback: nil, tiers: "none",
                        isRetired: true),
                ])
    }

    private static func upstreamsPage(isEmpty: Bool) -> UpstreamsPage {
        UpstreamsPage(
            frame: adminFrame("Upstreams"), tabs: AdminTab.upstreams.links(words), form: isEmpty ? form : nil,
            probe: isEmpty
                ? nil
                : .init(title: "Own does not answer as it should", text: "There is no connection.", hasFailed: true),
            rows: isEmpty
                ? []
                : [
                    .init(id: "u1", name: "OpenAI", address: "https://api.openai.com/v1", hasKey: true, models: "4"),
                    .init(id: "u2", name: "Own", address: "http://10.0.0.5:8000/v1", hasKey: false, models: "1"),
                ])
    }

    private static func adminUsage(_ chart: BarChart?) -> AdminUsagePage {
        AdminUsagePage(
            frame: adminFrame("Usage"), tabs: AdminTab.usage.links(words), periods: periods, period: "month",
            summary: "2,117,650 tokens in 3,240 requests by 48 people.",
            chartTitle: "Tokens per day", chart: chart,
            people: chart == nil ? empty : table("Person", link: "/admin/people/p1"), models: table("Model", link: nil),
            keys: table("Key", link: nil), projects: chart == nil ? empty : table("Project", link: nil),
            saved: .init(
                summary: "18,204 tokens and $1.20 were saved by 12 refused requests.",
                rows: chart == nil
                    ? []
                    : [
                        .init(
                            name: "Staff", what: "tokens per day", requests: "12", tokens: "18,204", cost: "$1.20",
                            width: 1000)
                    ]))
    }

    private static func holds(isEmpty: Bool) -> HoldsPage {
        HoldsPage(
            frame: adminFrame("Holds"), tabs: AdminTab.holds.links(words), summary: "1 hold, 4,608 tokens",
            rows: isEmpty
                ? []
                : [
                    .init(
                        request: "8f14e45fceea167a", person: "Maren Voss", personLink: "/admin/people/p1",
                        model: "gpt-4o-mini", held: "4,608",
                        streamed: "212", age: "4 s", since: moment(hours: 0), expires: moment(hours: 1),
                        owner: "worker-1")
                ])
    }

    private static func alerts(isEmpty: Bool) -> AlertsPage {
        AlertsPage(
            frame: adminFrame("Alerts"), tabs: AdminTab.alerts.links(words), summary: "1 alert",
            rows: isEmpty
                ? []
                : [
                    .init(
                        time: moment(hours: 0), holder: "Maren Voss (maren@example.org)",
                        limit: "tokens per day with gpt-4o", threshold: "80 %", level: "20,100 of 25,000",
                        action: "warned", resets: moment(hours: 9),
                        deliveries: [
                            .init(
                                channel: "Slack", state: "given up", tone: "stop", time: moment(hours: 1),
                                failure: "it answered 404: no_service, 12 tries"),
                            .init(
                                channel: "E-mail", state: "delivered", tone: "good", time: moment(hours: 0),
                                failure: nil),
                        ]),
                    .init(
                        time: moment(hours: 0), holder: "Acme", limit: "tokens per day", threshold: "50 %",
                        level: "50 of 100", action: "warned", resets: nil, deliveries: []),
                ])
    }

    private static func health(hasWarnings: Bool) -> HealthPage {
        HealthPage(
            frame: adminFrame("Health"), tabs: AdminTab.health.links(words),
            warnings: hasWarnings
                ? [
                    .init(
                        tone: "warn", title: "Plain HTTP.", text: "Put a certificate in front: passwords go in clear.")
                ]
                : [],
            groups: [
                .init(
                    title: "Database",
                    facts: [
                        .init(name: "File", value: "/var/lib/sluice/sluice.db", problem: nil),
                        .init(name: "Free space", value: "412 MB", problem: hasWarnings ? "little" : nil),
                    ])
            ])
    }

    private static func audit(isEmpty: Bool) -> AuditPage {
        AuditPage(
            frame: adminFrame("Audit log"), tabs: AdminTab.audit.links(words),
            fields: AuditFilter().fields(words), choices: [AuditFilter().actionChoice(words)],
            check: "/admin/audit?check=yes",
            verdict: isEmpty ? nil : .init(tone: "good", text: "The log is whole: 1 entry, not altered."),
            rows: isEmpty
                ? []
                : [
                    .init(
                        number: "1", time: moment(hours: -2), actor: "Maren Voss", action: "Tier changed",
                        subject: "Staff",
                        subjectLink: "/admin/audit?subject=t1", isNew: false,
                        changes: [.init(name: "day", before: "20,000", after: "25,000")])
                ],
            newest: isEmpty ? nil : "/admin/audit", next: isEmpty ? nil : "?before=3")
    }
}
