import Core
import Foundation
import Hummingbird

/// Extras for a person, a project or the organization: the same form on the page of each.
extension Site {
    /// - Parameter refused: answers with the page of the holder and what is wrong with the form.
    func addGrant(
        to holder: Grant.Holder, _ request: Request, _ context: SiteContext,
        refused: (GrantDraft, Flaws) async throws -> Response
    ) async throws -> Response {
        let draft = try await request.form(GrantDraft.self)
        do {
            let calendar = try await calendar(of: context.asker().person)
            let grant = try await ports.grants.add(draft.draft(in: calendar), to: holder, by: context.actor())
            return redirect(
                to: holder.adminPage,
                notice: words("{amount} were added.", ["amount": words.amount(grant.amount, grant.meter)]))
        } catch let flaws as Flaws {
            return try await refused(draft, flaws)
        }
    }

    func revokeGrant(of holder: Grant.Holder, _ context: SiteContext) async throws -> Response {
        let id: Grant.ID = try context.identifier("grant")
        guard try await ports.grants.all(of: holder).contains(where: { $0.grant.id == id }) else {
            throw Failure.notFound
        }
        try await ports.grants.revoke(id, by: context.actor())
        return redirect(to: holder.adminPage, notice: words("The extra was taken back."))
    }

    func grantDesk(
        of holder: Grant.Holder, _ draft: GrantDraft?, errors: [String: String], zone: TimeZone
    ) async throws -> GrantDesk {
        let now = ports.time.now()
        let draft = draft ?? GrantDraft()
        return GrantDesk(
            action: holder.grantsPath + "#grants",
            grants: try await ports.grants.all(of: holder).map {
                GrantRow($0, holder: nil, at: now, zone: zone, words)
            },
            fields: draft.fields(errors, words), meter: draft.meterChoice(errors, words))
    }

    /// Every one that runs, with whose it is.
    func runningGrants(_ zone: TimeZone) async throws -> [GrantRow] {
        let pots = try await ports.grants.running()
        let people = try await ports.people.people(Set(pots.compactMap(\.grant.holder.person)))
        var names = Dictionary(uniqueKeysWithValues: people.map { ($0.id.rawValue, $0.displayName) })
        for project in try await ports.projects.all() { names[project.id.rawValue] = project.name }
        let organization = try await ports.organizations.current()
        names[organization.id.rawValue] = organization.name
        let now = ports.time.now()
        return pots.map { pot in
            let subject = pot.grant.holder.subject
            return GrantRow(pot, holder: names[subject] ?? subject, at: now, zone: zone, words)
        }
    }
}

extension Grant.Holder {
    fileprivate var person: PersonID? { if case .person(let id) = self { id } else { nil } }
}
