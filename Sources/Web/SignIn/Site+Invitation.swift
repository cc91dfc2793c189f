import Core
import Foundation
import HTTPTypes
import Hummingbird
import Logging

extension Site {
    /// Behind the one-time links that admins and the shell make. As with the first admin's, the form sends the link's
    /// secret in its body; opening the page, as a mail program may do by itself, uses nothing up.
    func addInvitationRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("invitation/{link}", use: showInvitation)
        routes.post("invitation", use: acceptInvitation)
    }

    private struct InvitationForm: Decodable {
        let link: String
        let password: String
    }

    private func showInvitation(_ request: Request, _ context: SiteContext) async throws -> Response {
        let (link, person) = try await openInvitation(context.parameters.get("link") ?? "")
        return try await invitationPage(context, link, person)
    }

    private func acceptInvitation(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await request.form(InvitationForm.self)
        let (link, person) = try await openInvitation(form.link)
        if let problem = PasswordRules.problem(with: form.password, of: [person.email.rawValue, person.displayName]) {
            return try await invitationPage(context, link, person, error: words.sentence(about: problem))
        }
        do {
            _ = try await ports.invitations.accept(link, passwordHash: try await ports.hasher.hash(form.password))
        } catch is NotFound {
            throw Failure.deadInvitation
        }
        context.logger.info("An invitation was accepted", metadata: ["person": "\(person.id)"])
        try await endSession(of: context)
        let token = try await ports.sessions.begin(for: person.id, on: client(request, context))
        return begin(token, redirect(to: "/chat", notice: words("The password is set, and you are signed in.")))
    }

    /// - Throws: `Failure.deadInvitation` in the same words for every link that does not work, whatever the reason.
    private func openInvitation(_ text: String) async throws -> (SecretToken, Person) {
        guard let link = SecretToken(rawValue: text), let person = try await ports.invitations.invited(with: link)
        else {
            throw Failure.deadInvitation
        }
        return (link, person)
    }

    private func invitationPage(
        _ context: SiteContext, _ link: SecretToken, _ person: Person, error: String? = nil
    ) async throws -> Response {
        let page = InvitationPage(
            frame: try await frame(words("Choose a password"), for: context), link: link.rawValue,
            email: person.email.rawValue, error: error, words: words)
        return response(page, status: error == nil ? .ok : .unprocessableContent)
    }

    /// Where a link leads, for whoever hands it over.
    func link(_ invitation: Invitation, zone: TimeZone) -> InvitationLink {
        InvitationLink(
            address: "\(settings.address.origin)/invitation/\(invitation.token.rawValue)",
            expires: Moment(invitation.expiresAt, zone: zone))
    }
}

extension Failure {
    fileprivate static var deadInvitation: Failure {
        Failure(
            status: .notFound, title: "This link does not work",
            explanation: "It was used, it is older than three days, or another one took its place. "
                + "Your administrator can make a new one.")
    }
}
