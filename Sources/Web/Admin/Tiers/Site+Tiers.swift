import Core
import HTTPTypes
import Hummingbird

/// `/admin/tiers`: a form above the list makes or changes one; everything else is a button in its row.
extension Site {
    func addTierRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("tiers", use: listTiers)
        routes.post("tiers", use: createTier)
        routes.post("tiers/:id", use: changeTier)
        routes.post("tiers/:id/duplicate", use: duplicateTier)
        routes.post("tiers/:id/retire") { try await setRetired(true, $0, $1) }
        routes.post("tiers/:id/restore") { try await setRetired(false, $0, $1) }
    }

    private func listTiers(_ request: Request, _ context: SiteContext) async throws -> Response {
        switch request.uri.queryParameters.get("edit") {
        case nil: return try await tiersResponse(nil, context)
        case "new": return try await tiersResponse(TierEdit(), context)
        case let id?:
            guard let tier = try await ports.tiers.tier(TierID(rawValue: id)) else { throw Failure.notFound }
            return try await tiersResponse(TierEdit(tier: tier, draft: TierDraft(tier.settings)), context)
        }
    }

    private func createTier(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(TierDraft.self)
        do {
            let settings = try draft.settings()
            if draft.intent == "preview" { return try await previewResponse(of: settings, for: nil, draft, context) }
            let tier = try await ports.tiers.create(settings, by: context.actor())
            return redirect(to: "/admin/tiers", notice: words("{name} was added.", ["name": tier.name]))
        } catch let flaws as Flaws {
            return try await tiersResponse(TierEdit(draft: draft, flaws: flaws), context)
        }
    }

    private func changeTier(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(TierDraft.self)
        guard let tier = try await ports.tiers.tier(try context.identifier("id")) else { throw Failure.notFound }
        do {
            let settings = try draft.settings()
            if draft.intent == "preview" { return try await previewResponse(of: settings, for: tier, draft, context) }
            let changed = try await ports.tiers.change(tier.id, to: settings, by: context.actor())
            return redirect(to: "/admin/tiers", notice: words("{name} was changed.", ["name": changed.name]))
        } catch let flaws as Flaws {
            return try await tiersResponse(TierEdit(tier: tier, draft: draft, flaws: flaws), context)
        }
    }

    private func duplicateTier(_ request: Request, _ context: SiteContext) async throws -> Response {
        let copy = try await ports.tiers.duplicate(try context.identifier("id"), by: context.actor())
        return redirect(
            to: "/admin/tiers?edit=\(copy.id)",
            notice: words("{name} was added. It has no people yet.", ["name": copy.name]))
    }

    private func setRetired(_ isRetired: Bool, _ request: Request, _ context: SiteContext) async throws -> Response {
        try await ports.tiers.setRetired(isRetired, try context.identifier("id"), by: context.actor())
        return redirect(
            to: "/admin/tiers",
            notice: isRetired
                ? words("The tier was retired: it keeps its people and takes no new ones.")
                : words("The tier is open to new people again."))
    }

    // MARK: The page

    /// A tier on its way through the form.
    private struct TierEdit {
        /// Nil for a new one.
        var tier: Tier?
        var draft = TierDraft()
        var flaws = Flaws([])
        var preview: TiersPage.Preview?
    }

    private func previewResponse(
        of settings: Tier.Settings, for tier: Tier?, _ draft: TierDraft, _ context: SiteContext
    ) async throws -> Response {
        var preview = TierPreview(people: 0, stopped: [])
        if let tier { preview = try await ports.tiers.preview(tier.id, changedTo: settings) }
        let stopped = try await ports.people.people(Set(preview.stopped.prefix(100)))
        let edit = TierEdit(
            tier: tier, draft: draft,
            preview: TiersPage.Preview(preview, names: stopped.map(\.displayName), words))
        return try await tiersResponse(edit, context)
    }

    private func tiersResponse(_ edit: TierEdit?, _ context: SiteContext) async throws -> Response {
        let models = try await ports.models.all()
        let names = Dictionary(uniqueKeysWithValues: models.map { ($0.id, $0.name) })
        var rows: [TiersPage.Row] = []
        for tier in try await ports.tiers.all() {
            let people = try await ports.people.find(PeopleQuery(tier: tier.id, pageSize: 1)).total
            rows.append(TiersPage.Row(tier, people: people, modelNames: names, words))
        }
        let page = TiersPage(
            frame: try await frame(words("Tiers"), .admin, for: context), tabs: AdminTab.tiers.links(words),
            form: edit.map { form($0, models) }, rows: rows)
        return response(page, status: edit?.flaws.all.isEmpty == false ? .unprocessableContent : .ok)
    }

    private func form(_ edit: TierEdit, _ models: [Model]) -> TiersPage.Form {
        let errors = edit.flaws.sentences(words)
        return TiersPage.Form(
            title: edit.tier.map { words("Change {name}", ["name": $0.name]) } ?? words("New tier"),
            action: edit.tier.map { "/admin/tiers/\($0.id)" } ?? "/admin/tiers",
            fields: edit.draft.fields(errors, words), policy: edit.draft.policyChoice(words),
            grace: edit.draft.graceField(errors, words), ladder: edit.draft.ladderChoice(words),
            cache: edit.draft.cacheField(errors, words),
            models: edit.draft.modelOptions(models, words), modelsError: errors["models"], preview: edit.preview)
    }
}
