import Core
import Hummingbird

/// `/admin/organization`: one form.
extension Site {
    func addOrganizationRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("organization") { _, context in
            try await organizationResponse(OrganizationEdit(), try await ports.organizations.current(), context)
        }
        routes.post("organization", use: changeOrganization)
        routes.post("organization/grants", use: addOrganizationGrant)
        routes.post("organization/grants/:grant/revoke") {
            try await revokeGrant(of: .organization(ports.organizations.current().id), $1)
        }
    }

    private func changeOrganization(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(OrganizationDraft.self)
        let current = try await ports.organizations.current()
        var edit = OrganizationEdit(draft: draft)
        if draft.intent == "row" { return try await organizationResponse(edit, current, context) }
        do {
            let changed = try draft.organization(current.id)
            if draft.intent == "test" {
                edit.tests = try await tests(of: changed.alertTargets)
                return try await organizationResponse(edit, current, context)
            }
            if draft.intent != "preview" {
                try await ports.organizations.change(to: changed, by: context.actor())
                let notice = words("{name} was changed.", ["name": changed.name])
                return redirect(to: "/admin/organization", notice: notice)
            }
            edit.preview = changed
        } catch let flaws as Flaws {
            edit.flaws = flaws
        }
        return try await organizationResponse(edit, current, context)
    }

    private func addOrganizationGrant(_ request: Request, _ context: SiteContext) async throws -> Response {
        let current = try await ports.organizations.current()
        return try await addGrant(to: .organization(current.id), request, context) { draft, flaws in
            try await organizationResponse(OrganizationEdit(grant: draft, flaws: flaws), current, context)
        }
    }

    /// Sends an example to the targets as they were typed; nothing is saved.
    private func tests(of targets: AlertTargets) async throws -> [OrganizationPage.Test] {
        let results = try await ports.alertTests.send(to: targets)
        if results.isEmpty {
            return [OrganizationPage.Test(channel: "", text: words("There is no address to send to."), hasFailed: true)]
        }
        return AlertRule.Channel.allCases.compactMap { channel in
            switch results[channel] {
            case .success:
                OrganizationPage.Test(channel: words.name(of: channel), text: words("was taken."), hasFailed: false)
            case .failure(let failure):
                OrganizationPage.Test(channel: words.name(of: channel), text: failure.reason, hasFailed: true)
            case nil: nil
            }
        }
    }

    // MARK: The page

    /// The organization on its way through the form.
    private struct OrganizationEdit {
        /// Nil for what is there.
        var draft: OrganizationDraft?
        /// An extra on its way; then the flaws are about that.
        var grant: GrantDraft?
        var flaws = Flaws([])
        var tests: [OrganizationPage.Test] = []
        /// What is asked about, before it is saved.
        var preview: Organization?
    }

    private func organizationResponse(
        _ edit: OrganizationEdit, _ current: Organization, _ context: SiteContext
    ) async throws -> Response {
        let zone = try await zone(of: context.asker().person)
        let draft = edit.draft ?? OrganizationDraft(current)
        let all = edit.flaws.sentences(words)
        let errors = edit.grant == nil ? all : [:]
        let page = OrganizationPage(
            frame: try await frame(words("Organization"), .admin, for: context),
            tabs: AdminTab.organization.links(words),
            ends: change(of: current, to: current).map { words.ends(of: $0, zone: zone) } ?? "",
            name: draft.nameField(errors, words), choices: draft.choices(errors, words),
            rules: draft.alertRows(errors, words), rulesError: errors["alertRules"],
            targets: draft.targetFields(errors, words), tests: edit.tests, queue: draft.queueFields(errors, words),
            queueChoices: draft.queueChoices(words),
            preview: edit.preview.flatMap { change(of: current, to: $0) }.map {
                words.consequences(of: $0, zone: zone)
            },
            extras: try await grantDesk(
                of: .organization(current.id), edit.grant, errors: edit.grant == nil ? [:] : all, zone: zone))
        return response(page, status: edit.flaws.all.isEmpty ? .ok : .unprocessableContent)
    }

    private func change(of organization: Organization, to other: Organization) -> CalendarChange? {
        guard let before = organization.calendar, let after = other.calendar else { return nil }
        return CalendarChange(before: before, after: after, now: ports.time.now())
    }
}
