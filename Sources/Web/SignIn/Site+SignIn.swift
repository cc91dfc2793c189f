import Core
import HTTPTypes
import Hummingbird
import Logging

extension Site {
    /// The ways in and out, for everybody.
    func addSignInRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("sign-in", use: showSignIn)
        routes.post("sign-in", use: signIn)
        routes.post("sign-out", use: signOut)
    }

    private struct SignInForm: Decodable {
        let email: String
        let password: String
        let next: String?
        /// A question that was sent too late, and what came with it.
        let draft: String?
        let model: String?
        let instructions: String?
        /// `yes` for one that takes the place of another.
        let isEdit: String?

        /// Nil also for more than our own form carries.
        var keptDraft: KeptDraft? {
            guard let draft else { return nil }
            let kept = KeptDraft(text: draft, model: model, instructions: instructions, isEdit: isEdit == "yes")
            return kept.isTooLong ? nil : kept
        }
    }

    /// A page leads to the sign-in and from there back; a question is carried along.
    func askToSignIn(_ request: Request, _ context: SiteContext) async throws -> Response {
        let next = ReturnPath(request)
        guard let draft = await KeptDraft(request) else {
            return Response(status: .seeOther, headers: [.location: "/sign-in?next=" + next.encoded])
        }
        if draft.isTooLong {
            let error = words(
                "Your session is over, and what you wrote is too long to be carried along. Go back in your browser to copy it."
            )
            return try await signInPage(context, SignInDraft(next: next), error: error, status: .unauthorized)
        }
        return try await signInPage(context, SignInDraft(next: next, question: draft), status: .unauthorized)
    }

    private func showSignIn(_ request: Request, _ context: SiteContext) async throws -> Response {
        let next = request.uri.queryParameters.get("next").flatMap { ReturnPath($0) } ?? .start
        if context.signedIn != nil { return redirect(to: next.path) }
        return try await signInPage(context, SignInDraft(next: next))
    }

    private func signIn(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = try await request.form(SignInForm.self)
        let next = form.next.flatMap { ReturnPath($0) } ?? .start
        do {
            let (person, token) = try await ports.signIn(
                email: form.email, password: form.password, on: client(request, context))
            context.logger.info("Somebody signed in", metadata: ["person": "\(person.id)"])
            try await endSession(of: context)
            guard let draft = form.keptDraft else { return begin(token, redirect(to: next.path)) }
            return begin(token, try await composer(with: draft, at: next, token, context))
        } catch let failure as SignIn.Failure {
            context.logger.notice("Nobody was signed in", metadata: ["reason": "\(failure.name)"])
            return try await refuse(
                failure, context, SignInDraft(next: next, email: form.email, question: form.keptDraft))
        }
    }

    /// The draft in its composer, ready to be sent: shown at once, as there is no address under which it could be had.
    private func composer(
        with draft: KeptDraft, at next: ReturnPath, _ token: SecretToken, _ context: SiteContext
    ) async throws -> Response {
        var context = context
        context.visit.signedIn = try await ports.sessions.signedIn(with: token)
        context.visit.sessionToken = token
        let visit = try await ChatVisit(self, context)
        return response(try await visit.page(try await visit.scene(with: draft, at: next)))
    }

    private func refuse(
        _ failure: SignIn.Failure, _ context: SiteContext, _ draft: SignInDraft
    ) async throws -> Response {
        var response = try await signInPage(
            context, draft, error: sentence(about: failure), status: failure.status)
        if case .tooManyTries(let until) = failure {
            response.headers[.retryAfter] = String(secondsToWait(until: until))
        }
        return response
    }

    private func signInPage(
        _ context: SiteContext, _ draft: SignInDraft, error: String? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let page = SignInPage(
            frame: try await frame(words("Sign in"), for: context), draft: draft, error: error, words: words)
        return response(page, status: status)
    }

    /// Also for somebody who is not signed in any more: what they want is so already.
    private func signOut(_ request: Request, _ context: SiteContext) async throws -> Response {
        try await endSession(of: context)
        var response = redirect(to: "/sign-in", notice: words("You are signed out."))
        response.setCookie(cookies.session.cleared())
        // Drafts and pages leave a shared computer too. Not "cookies": that would reach other hosts of this domain.
        response.headers[.clearSiteData] = #""cache", "storage""#
        return response
    }
}

// MARK: Sessions

extension Site {
    /// The response, with which the browser receives its new session.
    func begin(_ token: SecretToken, _ response: Response) -> Response {
        var response = response
        response.setCookie(cookies.session.set(token))
        return response
    }

    func client(_ request: Request, _ context: SiteContext) -> SessionClient {
        SessionClient(address: context.remoteAddress, userAgent: request.headers[.userAgent] ?? "")
    }

    /// Ends the session that this browser has, if it has one and nobody else ended it meanwhile.
    func endSession(of context: SiteContext) async throws {
        guard let signedIn = context.signedIn else { return }
        do {
            try await ports.sessions.revoke(signedIn.session.id, of: signedIn.person.id)
        } catch is NotFound {}
    }
}

// MARK: Words

extension Site {
    func sentence(about failure: SignIn.Failure) -> String {
        switch failure {
        case .wrongCredentials: words("The address or the password is wrong.")
        case .disabled: words("This account is disabled. Your administrator can enable it again.")
        case .tooManyTries(let until):
            words(
                "There were too many tries. The next one is possible in {seconds} seconds.",
                ["seconds": words.number(secondsToWait(until: until))])
        }
    }

    /// Rounded up, at least one.
    private func secondsToWait(until moment: Timestamp) -> Int64 {
        max(1, (moment.milliseconds - ports.time.now().milliseconds + 999) / 1000)
    }
}

extension SignIn.Failure {
    var status: HTTPResponse.Status {
        switch self {
        case .wrongCredentials: .unprocessableContent
        case .disabled: .forbidden
        case .tooManyTries: .tooManyRequests
        }
    }

    /// For the log.
    fileprivate var name: String {
        switch self {
        case .wrongCredentials: "wrong credentials"
        case .disabled: "disabled"
        case .tooManyTries: "too many tries"
        }
    }
}

extension HTTPField.Name {
    static let clearSiteData = HTTPField.Name("Clear-Site-Data")!
}
