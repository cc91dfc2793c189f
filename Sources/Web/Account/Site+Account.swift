import Core
import HTTPTypes
import Hummingbird

extension Site {
    /// What people see and change about themselves.
    func addAccountRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("account", use: showAccount)
        routes.post("account/preferences", use: changePreferences)
        routes.post("account/theme", use: changeTheme)
        routes.post("account/password", use: changePassword)
        routes.post("account/sessions/{id}/end", use: endSession)
        routes.post("account/sessions/end-others", use: endOtherSessions)
        addAccountUsageRoutes(to: routes)
        addOwnKeyRoutes(to: routes)
    }

    private func showAccount(_ request: Request, _ context: SiteContext) async throws -> Response {
        try await accountPage(context)
    }

    // MARK: Preferences

    private struct PreferencesForm: Decodable {
        let displayName: String
        /// Empty for the organization's.
        let timeZone: String
    }

    private func changePreferences(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await request.form(PreferencesForm.self)
        let person = try context.asker().person
        let preferences = Person.Preferences(
            displayName: form.displayName, timeZone: form.timeZone.isEmpty ? nil : form.timeZone, locale: person.locale)
        do {
            _ = try await ports.people.setPreferences(preferences, of: person.id)
        } catch let flaws as Flaws {
            return try await accountPage(context, AccountDraft(preferences, errors: flaws.sentences(words)))
        }
        return redirect(to: "/account", notice: words("Saved."))
    }

    private struct ThemeForm: Decodable {
        let theme: String
    }

    /// Kept in this browser: a phone may be dark while the desk is light.
    private func changeTheme(_ request: Request, _ context: SiteContext) async throws -> Response {
        guard let theme = Theme(rawValue: try await request.form(ThemeForm.self).theme) else {
            throw Failure.invalidForm
        }
        var response = redirect(to: "/account", notice: words("Saved for this browser."))
        response.setCookie(cookies.theme(theme))
        return response
    }

    // MARK: The password

    private struct PasswordForm: Decodable {
        let current: String
        let new: String
        /// `yes` where the box was checked.
        let endOthers: String?

        var endsOthers: Bool { endOthers == "yes" }
    }

    /// Whoever else used the old password is out afterwards, unless they may stay; this browser has a new session.
    private func changePassword(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await request.form(PasswordForm.self)
        let (person, session) = (try context.asker().person, try context.asker().session)
        if let error = try await problem(with: form, of: person, context) {
            let draft = AccountDraft(person, endsOtherSessions: form.endsOthers, errors: error)
            return try await accountPage(context, draft, status: .unprocessableContent)
        }
        try await ports.people.setPassword(
            hash: try await ports.hasher.hash(form.new), of: person.id,
            ending: form.endsOthers ? .all : .only(session.id), by: context.actor())
        let token = try await ports.sessions.begin(for: person.id, on: client(request, context))
        let notice =
            form.endsOthers
            ? words("The password was changed. Everywhere else you are signed out.")
            : words("The password was changed. Wherever else you are signed in, you stay so.")
        return begin(token, redirect(to: "/account", notice: notice))
    }

    /// - Returns: what is wrong, by the name of the field; nil when the password may be changed.
    private func problem(
        with form: PasswordForm, of person: Person, _ context: SiteContext
    ) async throws -> [String: String]? {
        if let problem = PasswordRules.problem(with: form.new, of: [person.email.rawValue, person.displayName]) {
            return ["new": words.sentence(about: problem)]
        }
        do {
            let isRight = try await ports.signIn.isPassword(form.current, of: person, from: context.remoteAddress)
            return isRight ? nil : ["current": words("This is not your password.")]
        } catch let failure as SignIn.Failure {
            return ["current": sentence(about: failure)]
        }
    }

    // MARK: Sessions

    private func endSession(_ request: Request, _ context: SiteContext) async throws -> Response {
        try await ports.sessions.revoke(context.identifier("id"), of: context.asker().person.id)
        return redirect(to: "/account#sessions", notice: words("That browser is signed out."))
    }

    private func endOtherSessions(_ request: Request, _ context: SiteContext) async throws -> Response {
        let signedIn = try context.asker()
        try await ports.sessions.revokeAll(of: signedIn.person.id, except: signedIn.session.id)
        return redirect(to: "/account#sessions", notice: words("Everywhere else you are signed out."))
    }
}
