import Core
import HTTPTypes
import Hummingbird

/// `/admin/people/{id}`: one person, and everything that can be done about them.
extension Site {
    func addPersonRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("people/:id") { try await personResponse(person($1), PersonEdit(), $1) }
        routes.post("people/:id", use: changePerson)
        routes.post("people/:id/disable") { try await setDisabled(true, $1) }
        routes.post("people/:id/enable") { try await setDisabled(false, $1) }
        routes.post("people/:id/invite", use: invitePerson)
        routes.post("people/:id/password", use: resetPassword)
        routes.post("people/:id/grants", use: addPersonGrant)
        routes.post("people/:id/grants/:grant/revoke") { try await revokeGrant(of: .person(person($1).id), $1) }
        routes.post("people/:id/see", use: seeAsPerson)
    }

    private func changePerson(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(PersonDraft.self)
        let person = try await person(context)
        do {
            let changed = try await ports.people.change(person.id, to: draft.draft, by: context.actor())
            return redirect(
                to: "/admin/people/\(person.id)",
                notice: words("{name} was changed.", ["name": changed.displayName]))
        } catch let flaws as Flaws {
            return try await personResponse(person, PersonEdit(draft: draft, flaws: flaws), context)
        }
    }

    private func setDisabled(_ isDisabled: Bool, _ context: SiteContext) async throws -> Response {
        let person = try await person(context)
        do {
            try await ports.people.setDisabled(isDisabled, person.id, by: context.actor())
        } catch let flaws as Flaws {
            let problem = flaws.all.first.map { words.sentence(about: $0) }
            return try await personResponse(person, PersonEdit(problem: problem), context)
        }
        return redirect(
            to: "/admin/people/\(person.id)",
            notice: isDisabled
                ? words("{name} can no longer sign in.", ["name": person.displayName])
                : words("{name} can sign in again.", ["name": person.displayName]))
    }

    private func invitePerson(_ request: Request, _ context: SiteContext) async throws -> Response {
        let person = try await person(context)
        let invitation = try await ports.invitations.invite(person.id, by: context.actor())
        return try await personResponse(person, PersonEdit(invitation: invitation), context)
    }

    private func resetPassword(_ request: Request, _ context: SiteContext) async throws -> Response {
        let person = try await person(context)
        let asker = try context.asker()
        let password = FirstPassword.random()
        try await ports.people.setPassword(
            hash: ports.hasher.hash(password), of: person.id,
            ending: person.id == asker.person.id ? .allBut(asker.session.id) : .all, by: context.actor())
        return try await personResponse(person, PersonEdit(password: password), context)
    }

    private func addPersonGrant(_ request: Request, _ context: SiteContext) async throws -> Response {
        let person = try await person(context)
        return try await addGrant(to: .person(person.id), request, context) { draft, flaws in
            try await personResponse(person, PersonEdit(grant: draft, flaws: flaws), context)
        }
    }

    private func seeAsPerson(_ request: Request, _ context: SiteContext) async throws -> Response {
        let person = try await person(context)
        try await ports.auditLog.note(.personViewed, of: person.id, by: context.actor())
        return try await viewAsResponse(person, context)
    }

    // MARK: The page

    /// - Throws: `Failure.notFound`.
    func person(_ context: SiteContext) async throws -> Person {
        guard let person = try await ports.people.person(try context.identifier("id")) else { throw Failure.notFound }
        return person
    }

    /// What is being done about a person.
    struct PersonEdit {
        var draft: PersonDraft?
        var grant: GrantDraft?
        var flaws = Flaws([])
        var problem: String?
        /// Given just now.
        var password: String?
        /// Made just now.
        var invitation: Invitation?
        var notice: String?
    }

    func personResponse(_ person: Person, _ edit: PersonEdit, _ context: SiteContext) async throws -> Response {
        let calendar = try await calendar(of: context.asker().person)
        let standing = try await standing(of: person)
        let tiers = try await ports.tiers.all().filter { !$0.isRetired || $0.id == person.tier }
        let errors = edit.flaws.sentences(words)
        let draft = edit.draft ?? PersonDraft(person)
        var frame = try await frame(person.displayName, .admin, for: context)
        frame.notice = edit.notice ?? frame.notice
        let page = PersonPage(
            frame: frame, tabs: AdminTab.people.links(words), id: person.id.rawValue,
            newLimit: "/admin/limits"
                + QueryText([("edit", "new"), ("whom", "person:"), ("person", person.email.rawValue)]).text + "#form",
            name: person.displayName, email: person.email.rawValue, isAdmin: person.isAdmin,
            isDisabled: person.isDisabled, problem: edit.problem, password: edit.password,
            link: edit.invitation.map { link($0, zone: calendar.timeZone) },
            invitedUntil: try await ports.invitations.openUntil(for: person.id).map {
                Moment($0, zone: calendar.timeZone)
            },
            limits: LimitRow.rows(
                standing.accounts, models: try await modelNames(), zone: calendar.timeZone, words: words),
            fields: draft.fields(errors, words),
            choices: [
                draft.tierChoice(tiers, error: errors["tier"], words),
                draft.adminChoice(error: errors["isAdmin"], words),
            ],
            extras: try await grantDesk(
                of: .person(person.id), edit.grant, errors: edit.grant == nil ? [:] : errors, zone: calendar.timeZone))
        let isRefused = !edit.flaws.all.isEmpty || edit.problem != nil
        return response(page, status: isRefused ? .unprocessableContent : .ok)
    }

    /// How every limit that a prompt of this person would meet stands now.
    func standing(of person: Person) async throws -> PersonStanding {
        PersonStanding(accounts: try await accounts(of: person))
    }
}
