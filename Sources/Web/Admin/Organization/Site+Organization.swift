import Core
import Hummingbird

/// `/admin/organization`: one form.
extension Site {
    func addOrganizationRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("organization") { _, context in
            try await organizationResponse(OrganizationEdit(), try await ports.organizations.current(), context)
        }
        routes.post("organization", use: changeOrganization)
    }

    private func changeOrganization(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(OrganizationDraft.self)
        let current = try await ports.organizations.current()
        var edit = OrganizationEdit(draft: draft)
        do {
            let changed = try draft.organization(current.id)
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

    // MARK: The page

    /// The organization on its way through the form.
    private struct OrganizationEdit {
        /// Nil for what is there.
        var draft: OrganizationDraft?
        var flaws = Flaws([])
        /// What is asked about, before it is saved.
        var preview: Organization?
    }

    private func organizationResponse(
        _ edit: OrganizationEdit, _ current: Organization, _ context: SiteContext
    ) async throws -> Response {
        let zone = try await zone(of: context.asker().person)
        let draft = edit.draft ?? OrganizationDraft(current)
        let errors = edit.flaws.sentences(words)
        let page = OrganizationPage(
            frame: try await frame(words("Organization"), .admin, for: context),
            tabs: AdminTab.organization.links(words),
            ends: change(of: current, to: current).map { words.ends(of: $0, zone: zone) } ?? "",
            name: draft.nameField(errors, words), choices: draft.choices(errors, words),
            preview: edit.preview.flatMap { change(of: current, to: $0) }.map { change in
                OrganizationPage.Preview(
                    text: words.consequences(of: change, zone: zone), isHarsh: !change.restarting.isEmpty)
            })
        return response(page, status: edit.flaws.all.isEmpty ? .ok : .unprocessableContent)
    }

    private func change(of organization: Organization, to other: Organization) -> CalendarChange? {
        guard let before = organization.calendar, let after = other.calendar else { return nil }
        return CalendarChange(before: before, after: after, now: ports.time.now())
    }
}
