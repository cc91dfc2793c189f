import Core
import HTTPTypes
import Hummingbird

/// `/admin/people`: the list, somebody new, and another tier for many at once.
extension Site {
    func addPeopleRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("people") { try await peopleResponse(PeopleEdit(), $0, $1) }
        routes.post("people", use: addPerson)
        routes.post("people/tier", use: movePeople)
    }

    private func addPerson(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(PersonDraft.self)
        do {
            try draft.draft.flaws.throwIfAny()
            let password = draft.entry == .password ? FirstPassword.random() : nil
            var hash: String?
            if let password { hash = try await ports.hasher.hash(password) }
            let person = try await ports.people.add(draft.draft, passwordHash: hash, by: context.actor())
            let invitation = password == nil ? try await ports.invitations.invite(person.id, by: context.actor()) : nil
            let notice = words("{name} was added.", ["name": person.displayName])
            return try await personResponse(
                person, PersonEdit(password: password, invitation: invitation, notice: notice), context)
        } catch let flaws as Flaws {
            return try await peopleResponse(PeopleEdit(adding: draft, flaws: flaws), request, context)
        }
    }

    private struct MoveForm: Decodable {
        let people: [String]?
        /// Nil where there is none to choose.
        let newTier: String?
        /// `move` when the preview was agreed to.
        let intent: String?
    }

    private func movePeople(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await request.form(MoveForm.self)
        let people = try await ports.people.people(Set((form.people ?? []).prefix(1000).map(PersonID.init)))
        var edit = PeopleEdit(chosen: Set(people.map(\.id)), newTier: form.newTier)
        guard !people.isEmpty, let tier = try await ports.tiers.tier(TierID(rawValue: form.newTier ?? "")) else {
            edit.flaws = Flaws([Flaw(people.isEmpty ? "people" : "newTier", .missing)])
            return try await peopleResponse(edit, request, context)
        }
        do {
            if form.intent == "move" { return try await move(people, to: tier, request, context) }
            edit.move = PeoplePage.Move(people, to: tier, tierNames: try await tierNames(), words)
        } catch let flaws as Flaws {
            edit.flaws = Flaws(flaws.all.map { Flaw("newTier", $0.problem) })
        }
        return try await peopleResponse(edit, request, context)
    }

    private func move(
        _ people: [Person], to tier: Tier, _ request: Request, _ context: SiteContext
    ) async throws -> Response {
        try await ports.people.move(people.map(\.id), to: tier.id, by: context.actor())
        let count = words(Int64(people.count), one: "{count} person has", other: "{count} people have")
        return redirect(
            to: PeopleFilter(request.uri.queryParameters).address,
            notice: words("{people} the tier {tier} now.", ["people": count, "tier": tier.name]))
    }

    private func tierNames() async throws -> [TierID: String] {
        Dictionary(uniqueKeysWithValues: try await ports.tiers.all().map { ($0.id, $0.name) })
    }

    // MARK: The page

    /// What is being done on the list.
    private struct PeopleEdit {
        /// Somebody new, as typed.
        var adding: PersonDraft?
        var chosen: Set<PersonID> = []
        var newTier: String?
        var move: PeoplePage.Move?
        var flaws = Flaws([])
    }

    private func peopleResponse(
        _ edit: PeopleEdit, _ request: Request, _ context: SiteContext
    ) async throws -> Response {
        let filter = PeopleFilter(request.uri.queryParameters)
        let tiers = try await ports.tiers.all()
        let found = try await ports.people.find(filter.query)
        let open = tiers.filter { !$0.isRetired }
        let errors = edit.flaws.sentences(words)
        let draft = edit.adding ?? PersonDraft(tier: open.first?.id.rawValue ?? "")
        let page = PeoplePage(
            frame: try await frame(words("People"), .admin, for: context), tabs: AdminTab.people.links(words),
            found: words(Int64(found.total), one: "{count} person", other: "{count} people"),
            search: Field("q", words("Name or address"), kind: .search, value: filter.text),
            filters: PeoplePage.filters(filter, tiers, words), isAdding: edit.adding != nil,
            addFields: draft.fields(errors, words),
            addChoices: [
                draft.tierChoice(open, error: errors["tier"], words),
                draft.adminChoice(error: errors["isAdmin"], words), draft.entryChoice(words),
            ],
            columns: PeoplePage.columns(filter, words),
            rows: try await rows(found.rows, tiers, chosen: edit.chosen, context),
            moveAction: filter.address.replacing("/admin/people?", with: "/admin/people/tier?"),
            newTier: Choice(
                "newTier", words("New tier"), options: open.map { ($0.id.rawValue, $0.name) }, selected: edit.newTier,
                error: errors["people"].map { _ in words("Choose somebody first.") } ?? errors["newTier"]),
            move: edit.move,
            position: PeoplePage.position(filter, shown: found.rows.count, total: found.total, words),
            previous: filter.page > 1 ? filter.turned(to: filter.page - 1).address : nil,
            next: filter.page * PeopleFilter.pageSize < found.total ? filter.turned(to: filter.page + 1).address : nil)
        return response(page, status: edit.flaws.all.isEmpty ? .ok : .unprocessableContent)
    }

    private func rows(
        _ found: [FoundPeople.Row], _ tiers: [Tier], chosen: Set<PersonID>, _ context: SiteContext
    ) async throws -> [PeoplePage.Row] {
        let zone = try await zone(of: context.asker().person)
        let names = Dictionary(uniqueKeysWithValues: tiers.map { ($0.id, $0.name) })
        let today = try await usageByPerson(in: .day)
        var rows: [PeoplePage.Row] = []
        for row in found {
            let person = row.person
            rows.append(
                PeoplePage.Row(
                    id: person.id.rawValue, name: person.displayName, email: person.email.rawValue,
                    tier: names[person.tier] ?? "", today: words.number(today[person.id]?.totalTokens ?? 0),
                    month: words.number(row.tokensThisMonth), created: Moment(person.createdAt, zone: zone),
                    isChosen: chosen.contains(person.id), isAdmin: person.isAdmin, isDisabled: person.isDisabled,
                    state: try await standing(of: person).state(words)))
        }
        return rows
    }

    /// What everybody used in the organization's running day or month.
    private func usageByPerson(in window: Window) async throws -> [PersonID: UsageTotals] {
        let organization = try await ports.organizations.current()
        guard let span = organization.calendar?.interval(of: window, containing: ports.time.now()), let end = span.end
        else { return [:] }
        let usage = try await ports.usage.people(of: organization.id, from: span.start, to: end)
        return Dictionary(uniqueKeysWithValues: usage.map { ($0.person, $0.totals) })
    }
}
