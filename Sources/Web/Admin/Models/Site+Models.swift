import Core
import HTTPTypes
import Hummingbird

/// `/admin/models`: a form above the list makes or changes one; a retired model is offered to nobody.
extension Site {
    func addModelRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("models", use: listModels)
        routes.post("models", use: createModel)
        routes.post("models/:id", use: changeModel)
        routes.post("models/:id/retire") { try await setRetired(true, $1) }
        routes.post("models/:id/restore") { try await setRetired(false, $1) }
        routes.post("models/:id/try", use: tryModel)
    }

    private func listModels(_ request: Request, _ context: SiteContext) async throws -> Response {
        switch request.uri.queryParameters.get("edit") {
        case nil: return try await modelsResponse(nil, context)
        case "new": return try await modelsResponse(ModelEdit(), context)
        case let id?:
            guard let model = try await ports.models.model(ModelID(rawValue: id)) else { throw Failure.notFound }
            return try await modelsResponse(ModelEdit(model: model, draft: ModelDraft(model.settings)), context)
        }
    }

    private func createModel(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(ModelDraft.self)
        do {
            let model = try await ports.models.create(draft.settings(isRetired: false), by: context.actor())
            return redirect(to: "/admin/models", notice: words("{name} was added.", ["name": model.name]))
        } catch let flaws as Flaws {
            return try await modelsResponse(ModelEdit(draft: draft, flaws: flaws), context)
        }
    }

    private func changeModel(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(ModelDraft.self)
        let model = try await model(context)
        do {
            let settings = try draft.settings(isRetired: model.settings.isRetired)
            let changed = try await ports.models.change(model.id, to: settings, by: context.actor())
            return redirect(to: "/admin/models", notice: words("{name} was changed.", ["name": changed.name]))
        } catch let flaws as Flaws {
            return try await modelsResponse(ModelEdit(model: model, draft: draft, flaws: flaws), context)
        }
    }

    private func setRetired(_ isRetired: Bool, _ context: SiteContext) async throws -> Response {
        let model = try await model(context)
        var settings = model.settings
        settings.isRetired = isRetired
        _ = try await ports.models.change(model.id, to: settings, by: context.actor())
        return redirect(
            to: "/admin/models",
            notice: isRetired
                ? words("{name} was retired: it is offered to nobody.", ["name": model.name])
                : words("{name} is offered again.", ["name": model.name]))
    }

    private func tryModel(_ request: Request, _ context: SiteContext) async throws -> Response {
        let model = try await model(context)
        let trial = try await trial(of: model, by: context.asker().person, as: context.requestID)
        return try await modelsResponse(nil, trial: trial, context)
    }

    /// - Throws: `Failure.notFound`.
    private func model(_ context: SiteContext) async throws -> Model {
        guard let model = try await ports.models.model(try context.identifier("id")) else { throw Failure.notFound }
        return model
    }

    // MARK: The page

    /// A model on its way through the form.
    private struct ModelEdit {
        /// Nil for a new one.
        var model: Model?
        var draft = ModelDraft()
        var flaws = Flaws([])
    }

    private func modelsResponse(
        _ edit: ModelEdit?, trial: ModelsPage.Trial? = nil, _ context: SiteContext
    ) async throws -> Response {
        let upstreams = try await ports.upstreams.all()
        let tiers = try await ports.tiers.all()
        let upstreamNames = Dictionary(uniqueKeysWithValues: upstreams.map { ($0.id, $0.name) })
        let tierNames = Dictionary(uniqueKeysWithValues: tiers.map { ($0.id, $0.name) })
        var form: AdminForm?
        let models = try await ports.models.all()
        let names = Dictionary(uniqueKeysWithValues: models.map { ($0.id, $0.name) })
        if let edit { form = await self.form(edit, upstreams, tiers, models) }
        let page = ModelsPage(
            frame: try await frame(words("Models"), .admin, for: context), tabs: AdminTab.models.links(words),
            form: form, trial: trial,
            rows: models.map { ModelsPage.Row($0, upstreams: upstreamNames, tiers: tierNames, models: names, words) })
        return response(page, status: edit?.flaws.all.isEmpty == false ? .unprocessableContent : .ok)
    }

    private func form(
        _ edit: ModelEdit, _ upstreams: [UpstreamRecord], _ tiers: [Tier], _ models: [Model]
    ) async -> AdminForm {
        let others = models.filter { $0.id != edit.model?.id && !$0.settings.isRetired }
        let errors = edit.flaws.sentences(words)
        return AdminForm(
            title: edit.model.map { words("Change {name}", ["name": $0.name]) } ?? words("New model"),
            action: edit.model.map { "/admin/models/\($0.id)" } ?? "/admin/models", cancel: "/admin/models",
            fields: edit.draft.fields(errors, words),
            choices: edit.draft.choices(
                upstreams, await ports.probes.encodings(), others: others, errors, words),
            checks: AdminForm.Checks(
                legend: words("Tiers that may use it"), name: "tiers[]", options: edit.draft.tierOptions(tiers),
                error: errors["tiers"]))
    }
}
