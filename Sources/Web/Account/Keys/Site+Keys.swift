import Core
import HTTPTypes
import Hummingbird

/// Whose keys are seen to, and on which pages: one's own, or somebody's as an admin does it.
struct KeyDesk: Sendable {
    let owner: Person
    /// Of the list; everything else is below it.
    let path: String
    let isOwn: Bool
}

/// `/account/keys` and `/admin/people/{id}/keys`.
extension Site {
    func addOwnKeyRoutes(to routes: RouterGroup<SiteContext>) {
        let keys = routes.group("account/keys").add(middleware: FormTokenCheck())
        addKeyRoutes(to: keys) { context in
            KeyDesk(owner: try context.asker().person, path: "/account/keys", isOwn: true)
        }
    }

    func addPersonKeyRoutes(to routes: RouterGroup<SiteContext>) {
        addKeyRoutes(to: routes.group("people/:id/keys")) { context in
            let person = try await person(context)
            return KeyDesk(owner: person, path: "/admin/people/\(person.id)/keys", isOwn: false)
        }
    }

    private func addKeyRoutes(
        to routes: RouterGroup<SiteContext>, at desk: @escaping @Sendable (SiteContext) async throws -> KeyDesk
    ) {
        routes.get { try await showKeys(desk($1), $0, $1) }
        routes.post { try await createKey(desk($1), $0, $1) }
        routes.post(":key") { try await changeKey(desk($1), $0, $1) }
        routes.post(":key/revoke") { try await revokeKey(desk($1), $1) }
    }

    /// `?edit=new`, `?edit={id}` and `?revoke={id}` show what they name above the list.
    private func showKeys(_ desk: KeyDesk, _ request: Request, _ context: SiteContext) async throws -> Response {
        let query = request.uri.queryParameters
        if let id = query.get("revoke") {
            return try await keysResponse(
                desk, .revoking(try await unrevokedKey(APIKeyID(rawValue: id), desk)), context)
        }
        switch query.get("edit") {
        case nil: return try await keysResponse(desk, .none, context)
        case "new":
            let draft = KeyDraft(submission: SecretToken.random().rawValue)
            return try await keysResponse(desk, .editing(KeyEdit(draft: draft)), context)
        case let id?:
            let key = try await unrevokedKey(APIKeyID(rawValue: id), desk)
            let draft = KeyDraft(key.settings, in: try await calendar(of: context.asker().person))
            return try await keysResponse(desk, .editing(KeyEdit(key: key, draft: draft)), context)
        }
    }

    private func createKey(_ desk: KeyDesk, _ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(KeyDraft.self)
        guard let form = SecretToken(rawValue: draft.submission ?? ""), let session = context.visit.sessionToken else {
            throw Failure.invalidForm
        }
        let secret = KeySubmission.secret(of: form, in: session)
        do {
            let settings = try draft.settings(replacing: nil, in: await calendar(of: context.asker().person))
            let key = try await ports.keys.create(settings, secret: secret, for: desk.owner.id, by: context.actor())
            if mayShowSecret(of: key) { return try await keysResponse(desk, .made(key, secret), context) }
            return redirect(to: desk.path, notice: words("This form was sent before, and its key was shown then."))
        } catch let flaws as Flaws {
            return try await keysResponse(desk, .editing(KeyEdit(draft: draft, flaws: flaws)), context)
        }
    }

    /// Only at once: a page that is reloaded later shows nothing any more.
    private func mayShowSecret(of key: APIKey) -> Bool {
        key.revokedAt == nil && key.lastUsedAt == nil
            && ports.time.now() < key.createdAt.advanced(bySeconds: KeySubmission.repeatSeconds)
    }

    private func changeKey(_ desk: KeyDesk, _ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(KeyDraft.self)
        let key = try await unrevokedKey(context.identifier("key"), desk)
        do {
            let calendar = try await calendar(of: context.asker().person)
            let settings = try draft.settings(replacing: key.settings, in: calendar)
            let changed = try await ports.keys.change(key.id, of: desk.owner.id, to: settings, by: context.actor())
            return redirect(to: desk.path, notice: words("{name} was changed.", ["name": changed.name]))
        } catch let flaws as Flaws {
            return try await keysResponse(desk, .editing(KeyEdit(key: key, draft: draft, flaws: flaws)), context)
        }
    }

    private func revokeKey(_ desk: KeyDesk, _ context: SiteContext) async throws -> Response {
        let key = try await unrevokedKey(context.identifier("key"), desk)
        try await ports.keys.revoke(key.id, of: desk.owner.id, by: context.actor())
        return redirect(
            to: desk.path,
            notice: words("{name} was revoked: requests with it are refused from now on.", ["name": key.name]))
    }

    /// - Throws: `Failure.notFound`, also for a key of somebody else.
    private func unrevokedKey(_ id: APIKeyID, _ desk: KeyDesk) async throws -> APIKey {
        guard let key = try await ports.keys.key(id), key.person == desk.owner.id, key.revokedAt == nil else {
            throw Failure.notFound
        }
        return key
    }
}
