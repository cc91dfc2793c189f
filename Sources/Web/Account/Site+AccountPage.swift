import Core
import Foundation
import HTTPTypes
import Hummingbird

/// What was typed about oneself, and what is wrong with it by the name of the field.
struct AccountDraft {
    let displayName: String
    let timeZone: String?
    /// Whether a new password is to sign out every other browser.
    var endsOtherSessions = true
    let errors: [String: String]

    init(_ person: Person, endsOtherSessions: Bool = true, errors: [String: String] = [:]) {
        displayName = person.displayName
        timeZone = person.timeZone
        self.endsOtherSessions = endsOtherSessions
        self.errors = errors
    }

    init(_ preferences: Person.Preferences, errors: [String: String]) {
        displayName = preferences.displayName
        timeZone = preferences.timeZone
        self.errors = errors
    }
}

extension Site {
    func accountPage(
        _ context: SiteContext, _ draft: AccountDraft? = nil, status: HTTPResponse.Status? = nil
    ) async throws -> Response {
        let person = try context.asker().person
        let draft = draft ?? AccountDraft(person)
        let page = AccountPage(
            frame: try await frame(words("Account"), .account, for: context), email: person.email.rawValue,
            tier: try await ports.tiers.tier(person.tier)?.name ?? "",
            preferences: try await preferenceFields(draft), extras: try await extras(of: person),
            themes: AccountPage.themes(context.visit.theme, words),
            passwordFields: AccountPage.passwordFields(draft.errors, words), endsOtherSessions: draft.endsOtherSessions,
            sessions: try await sessions(context))
        return response(page, status: status ?? (draft.errors.isEmpty ? .ok : .unprocessableContent))
    }

    private func preferenceFields(_ draft: AccountDraft) async throws -> AccountPage.Preferences {
        let ours = try await ports.organizations.current().timeZone
        return AccountPage.Preferences(
            name: Field(
                "displayName", words("Name"), value: draft.displayName, error: draft.errors["displayName"],
                autocomplete: "name", isRequired: true),
            timeZone: Choice(
                "timeZone", words("Time zone"),
                options: [("", words("as your organization: {zone}", ["zone": ours]))]
                    + TimeZone.offered(with: draft.timeZone).map { ($0, $0) },
                selected: draft.timeZone ?? "", error: draft.errors["timeZone"]))
    }

    private func extras(of person: Person) async throws -> [AccountPage.Extra] {
        let zone = try await zone(of: person)
        let pots = try await runningGrants(of: [.person(person.id), .organization(person.organization)])
        return pots.map { pot in
            AccountPage.Extra(
                amount: words.amount(pot.grant.amount, pot.grant.meter),
                left: words.figure(pot.available, pot.grant.meter), expires: Moment(pot.grant.expiresAt, zone: zone),
                reason: pot.grant.reason, isShared: pot.grant.holder != .person(person.id))
        }
    }

    private func sessions(_ context: SiteContext) async throws -> [AccountPage.Session] {
        let signedIn = try context.asker()
        let zone = try await zone(of: signedIn.person)
        return try await ports.sessions.all(of: signedIn.person.id).map { session in
            AccountPage.Session(
                id: session.id.rawValue, browser: words.name(ofBrowser: session.client.userAgent),
                address: session.client.address, lastSeen: Moment(session.lastSeenAt, zone: zone),
                isCurrent: session.id == signedIn.session.id)
        }
    }
}
