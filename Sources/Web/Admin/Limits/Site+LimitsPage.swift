import Core
import Foundation
import HTTPTypes
import Hummingbird

/// A limit on its way through the form.
struct LimitEdit {
    /// Nil for a new one.
    var listed: ListedLimit?
    var draft: LimitDraft
    var flaws = Flaws([])
    var preview: LimitForm.Preview?
}

extension Site {
    private static let holdersShown = 3
    private static let changesShown = 20
    private static let shadowDays: Int64 = 7

    func limitsResponse(
        _ edit: LimitEdit?, _ filter: LimitFilter?, problem: String? = nil, _ context: SiteContext
    ) async throws -> Response {
        let zone = try await zone(of: context.asker().person)
        let organization = try await ports.organizations.current()
        let models = try await ports.models.all()
        let filter = filter ?? LimitFilter()
        var form: LimitForm?
        if let edit { form = try await self.form(edit, organization, models, zone) }
        let page = LimitsPage(
            frame: try await frame(words("Limits"), .admin, for: context), tabs: AdminTab.limits.links(words),
            file: "/admin/limits/file", filters: filter.choices(models, words), form: form, problem: problem,
            groups: try await groups(filter, organization, zone),
            grants: try await runningGrants(zone))
        let isRefused = edit?.flaws.all.isEmpty == false || problem != nil
        return response(page, status: isRefused ? .unprocessableContent : .ok)
    }

    // MARK: The list

    private func groups(
        _ filter: LimitFilter, _ organization: Organization, _ zone: TimeZone
    ) async throws -> [LimitsPage.Group] {
        let standings = try await ports.limits.standings(most: Self.holdersShown)
        let shown = try await ports.limits.all().filter {
            filter.shows($0, standings[$0.limit.id] ?? LimitStanding())
        }
        let people = try await names(of: standings)
        let shadowed = try await shadowed(organization)
        return Limit.Scope.allCases.compactMap { scope in
            let rows = shown.filter { $0.limit.scope == scope }.map { listed in
                LimitsPage.Row(
                    listed, standings[listed.limit.id] ?? LimitStanding(), people: people,
                    shadowed: shadowed[listed.limit.id], zone: zone, words)
            }
            return rows.isEmpty ? nil : LimitsPage.Group(title: words.heading(of: scope), rows: rows)
        }
    }

    /// Of the people whose own accounts are shown.
    private func names(of standings: [Limit.ID: LimitStanding]) async throws -> [String: String] {
        let personal = standings.values.flatMap(\.fullest).filter { $0.limit.scope == .tier }
        let people = try await ports.people.people(Set(personal.map { PersonID(rawValue: $0.holder) }))
        return Dictionary(uniqueKeysWithValues: people.map { ($0.id.rawValue, $0.displayName) })
    }

    private func shadowed(_ organization: Organization) async throws -> [Limit.ID: RefusedUsage] {
        let now = ports.time.now()
        let refused = try await ports.usage.refusals(
            of: organization.id, .shadow, from: now.advanced(bySeconds: -Self.shadowDays * 86_400),
            to: now.advanced(bySeconds: 1))
        return Dictionary(uniqueKeysWithValues: refused.map { ($0.limit, $0) })
    }

    // MARK: The form

    private func form(
        _ edit: LimitEdit, _ organization: Organization, _ models: [Model], _ zone: TimeZone
    ) async throws -> LimitForm {
        let errors = edit.flaws.sentences(words)
        let draft = edit.draft
        let isBucket = edit.listed.map { $0.limit.window == .bucket }
        return LimitForm(
            title: edit.listed.map { "\($0.subjectName): \(words.title(of: $0))" } ?? words("New limit"),
            action: edit.listed.map { "/admin/limits/\($0.limit.id)" } ?? "/admin/limits",
            counts: edit.listed == nil
                ? draft.counts(try await choices(draft, organization, models), errors, words) : nil,
            amounts: draft.amountFields(isBucket: isBucket, errors, words), mode: draft.modeChoice(errors, words),
            rules: draft.ruleRows(isAdding: draft.intent == "row", errors, words), scheduleError: errors["schedule"],
            pressure: draft.pressureFields(errors, words), pressureError: errors["pressure"],
            ceiling: draft.ceilingField(errors, words), problem: errors["limit"], preview: edit.preview,
            history: try await history(of: edit.listed?.limit, zone))
    }

    private func history(of limit: Limit?, _ zone: TimeZone) async throws -> [LimitForm.Change] {
        guard let limit, limit.elasticCeiling != nil else { return [] }
        return try await ports.elasticLimits.changes(of: limit.id, count: Self.changesShown).map { change in
            LimitForm.Change(
                time: Moment(change.at, zone: zone),
                text: words.figure(change.before, limit.meter) + " → " + words.figure(change.after, limit.meter),
                reason: change.reason)
        }
    }

    private func choices(
        _ draft: LimitDraft, _ organization: Organization, _ models: [Model]
    ) async throws -> LimitChoices {
        var choices = LimitChoices(
            organization: organization, tiers: try await ports.tiers.all().filter { !$0.isRetired },
            projects: try await ports.projects.all().filter { !$0.isRetired },
            models: models.filter { !$0.settings.isRetired })
        if let id = draft.whom?.split(separator: ":").dropFirst().first, draft.whom?.hasPrefix("key:") == true,
            let key = try await ports.keys.key(APIKeyID(rawValue: String(id)))
        {
            choices.key = (key.id.rawValue, key.name)
        }
        return choices
    }
}
