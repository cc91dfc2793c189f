import Core
import HTTPTypes
import Hummingbird
import Logging

extension Site {
    /// Behind the one-time link of the first start. The form sends the link's secret in its body, so that it stands in
    /// one address only.
    func addFirstAdminRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("first-admin/{link}", use: showFirstAdmin)
        routes.post("first-admin", use: makeFirstAdmin)
    }

    private struct FirstAdminForm: Decodable {
        let link: String
        let name: String
        let email: String
        let password: String
    }

    private func showFirstAdmin(_ request: Request, _ context: SiteContext) async throws -> Response {
        let link = try await openLink(context.parameters.get("link") ?? "")
        return try await firstAdminPage(context, link)
    }

    private func makeFirstAdmin(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await request.form(FirstAdminForm.self)
        let link = try await openLink(form.link)
        do {
            let person = try await accept(form, link)
            context.logger.notice("The first admin was made", metadata: ["person": "\(person.id)"])
            let token = try await ports.sessions.begin(for: person.id, on: client(request, context))
            return begin(token, redirect(to: "/admin"))
        } catch let flaws as Flaws {
            let draft = FirstAdminPage.Draft(name: form.name, email: form.email, errors: flaws.sentences(words))
            return try await firstAdminPage(context, link, draft, error: words("Nothing was saved yet."))
        } catch is NotFound {
            throw Failure.deadLink
        }
    }

    /// - Throws: `Flaws` by the names of the form's fields, `NotFound`, `StoreFailure`.
    private func accept(_ form: FirstAdminForm, _ link: SecretToken) async throws -> Person {
        let problem = PasswordRules.problem(with: form.password, of: [form.email, form.name])
        try Flaws(problem.map { [Flaw("password", $0)] } ?? []).throwIfAny()
        do {
            return try await ports.firstAdmin.accept(
                link, email: form.email, displayName: form.name,
                passwordHash: try await ports.hasher.hash(form.password))
        } catch let flaws as Flaws {
            throw Flaws(flaws.all.map { $0.field == "displayName" ? Flaw("name", $0.problem) : $0 })
        }
    }

    /// - Throws: `Failure.deadLink` in the same words for every link that does not work, whatever the reason.
    private func openLink(_ text: String) async throws -> SecretToken {
        guard let link = SecretToken(rawValue: text), try await ports.firstAdmin.isOpen(link) else {
            throw Failure.deadLink
        }
        return link
    }

    private func firstAdminPage(
        _ context: SiteContext, _ link: SecretToken, _ draft: FirstAdminPage.Draft = .init(), error: String? = nil
    ) async throws -> Response {
        let page = FirstAdminPage(
            frame: try await frame(words("First start"), for: context), link: link.rawValue, draft: draft, error: error,
            words: words)
        return response(page, status: error == nil ? .ok : .unprocessableContent)
    }
}

extension Failure {
    fileprivate static var deadLink: Failure {
        Failure(
            status: .notFound, title: "This link does not work",
            explanation: "It was used, it is older than an hour, or somebody can administer already. "
                + "The command \u{201C}sluice first-admin\u{201D} on the server makes a new one.")
    }
}
