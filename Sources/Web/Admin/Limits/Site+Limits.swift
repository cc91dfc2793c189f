import Core
import HTTPTypes
import Hummingbird

/// `/admin/limits`: a form above the list makes or changes one; a limit is taken away in its row.
extension Site {
    func addLimitRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("limits", use: listLimits)
        routes.post("limits", use: createLimit)
        routes.post("limits/:id", use: changeLimit)
        routes.post("limits/:id/retire", use: retireLimit)
    }

    private func listLimits(_ request: Request, _ context: SiteContext) async throws -> Response {
        let filter = LimitFilter(request.uri.queryParameters)
        switch request.uri.queryParameters.get("edit") {
        case nil: return try await limitsResponse(nil, filter, context)
        case "new":
            let asked = { (name: String) in request.uri.queryParameters.get(name).map { String($0.prefix(300)) } }
            let draft = LimitDraft(whom: asked("whom"), person: asked("person"))
            return try await limitsResponse(LimitEdit(draft: draft), filter, context)
        case let id?:
            let listed = try await limit(Limit.ID(rawValue: id))
            return try await limitsResponse(LimitEdit(listed: listed, draft: LimitDraft(listed.limit)), filter, context)
        }
    }

    private func createLimit(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(LimitDraft.self)
        return try await answer(to: LimitEdit(draft: draft), context) {
            let (scope, subject) = try await holder(of: draft)
            return try draft.limit(scope: scope, subject: subject, replacing: nil)
        } save: { limit in
            let made = try await ports.limits.create(limit, by: context.actor())
            let listed = try await self.limit(made.id)
            return words(
                "{name}: {limit} are limited now.", ["name": listed.subjectName, "limit": words.title(of: listed)])
        }
    }

    private func changeLimit(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(LimitDraft.self)
        let listed = try await limit(context.identifier("id"))
        return try await answer(to: LimitEdit(listed: listed, draft: draft), context) {
            try draft.limit(scope: listed.limit.scope, subject: listed.limit.subject, replacing: listed.limit)
        } save: { limit in
            _ = try await ports.limits.change(limit, by: context.actor())
            return words("{name} was changed.", ["name": "\(listed.subjectName), \(words.title(of: listed))"])
        }
    }

    /// One button adds a row to the form, one asks what would change, one saves.
    private func answer(
        to edit: LimitEdit, _ context: SiteContext, read: () async throws -> Limit, save: (Limit) async throws -> String
    ) async throws -> Response {
        var edit = edit
        do {
            if edit.draft.intent == "row" { return try await limitsResponse(edit, nil, context) }
            let limit = try await read()
            guard edit.draft.intent == "preview" else {
                return redirect(to: "/admin/limits", notice: try await save(limit))
            }
            edit.preview = try await preview(of: limit)
        } catch let flaws as Flaws {
            edit.flaws = flaws
        }
        return try await limitsResponse(edit, nil, context)
    }

    private func retireLimit(_ request: Request, _ context: SiteContext) async throws -> Response {
        let listed = try await limit(context.identifier("id"))
        do {
            try await ports.limits.retire(listed.limit.id, by: context.actor())
        } catch let flaws as Flaws {
            let problem = flaws.all.first.map { words.sentence(about: $0) }
            return try await limitsResponse(nil, nil, problem: problem, context)
        }
        let name = "\(listed.subjectName), \(words.title(of: listed))"
        return redirect(to: "/admin/limits", notice: words("{name}: the limit was taken away.", ["name": name]))
    }

    /// - Throws: `Failure.notFound`, also for one that was taken away.
    private func limit(_ id: Limit.ID) async throws -> ListedLimit {
        guard let listed = try await ports.limits.limit(id), listed.retiredAt == nil else { throw Failure.notFound }
        return listed
    }

    /// Whom a new limit concerns: what was chosen, or typed below it.
    private func holder(of draft: LimitDraft) async throws -> (Limit.Scope, String) {
        let parts = (draft.whom ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count == 2, let scope = Limit.Scope(rawValue: parts[0]) else {
            throw Flaws([Flaw("subject", .missing)])
        }
        switch scope {
        case .person: return (scope, try await person(typed: draft.person ?? "").rawValue)
        case .key where parts[1].isEmpty:
            let beginning = (draft.key ?? "").trimmed.replacing("…", with: "")
            guard let key = try await ports.limits.key(beginning: beginning) else {
                throw Flaws([Flaw("key", beginning.isEmpty ? .missing : .unknown)])
            }
            return (scope, key.rawValue)
        default: return (scope, parts[1])
        }
    }

    private func person(typed text: String) async throws -> PersonID {
        if text.trimmed.isEmpty { throw Flaws([Flaw("person", .missing)]) }
        guard let email = EmailAddress(rawValue: text.trimmed), let person = try await ports.people.person(with: email)
        else { throw Flaws([Flaw("person", .unknown)]) }
        return person.id
    }

    private func preview(of limit: Limit) async throws -> LimitForm.Preview {
        let preview = try await ports.limits.preview(limit)
        let stopped = preview.stopped.prefix(100).map { PersonID(rawValue: $0.holder) }
        let names = try await ports.people.people(Set(stopped)).map(\.displayName)
        let isZero = limit.amount == 0 && limit.schedule.isEmpty && limit.mode == .enforce
        return LimitForm.Preview(
            text: words.consequences(of: preview, limit, names: names), isHarsh: !preview.stopped.isEmpty || isZero)
    }
}
