import Core
import HTTPTypes
import Hummingbird

/// `/admin/upstreams`: a form above the list makes or changes one.
extension Site {
    func addUpstreamRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("upstreams", use: listUpstreams)
        routes.post("upstreams", use: createUpstream)
        routes.post("upstreams/:id", use: changeUpstream)
        routes.post("upstreams/:id/try", use: tryUpstream)
    }

    private func listUpstreams(_ request: Request, _ context: SiteContext) async throws -> Response {
        switch request.uri.queryParameters.get("edit") {
        case nil: return try await upstreamsResponse(nil, context)
        case "new": return try await upstreamsResponse(UpstreamEdit(), context)
        case let id?:
            let record = try await upstream(UpstreamID(rawValue: id))
            return try await upstreamsResponse(UpstreamEdit(record: record, draft: UpstreamDraft(record)), context)
        }
    }

    private func createUpstream(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(UpstreamDraft.self)
        do {
            let record = try await ports.upstreams.create(draft.draft, by: context.actor())
            return redirect(to: "/admin/upstreams", notice: words("{name} was added.", ["name": record.name]))
        } catch let flaws as Flaws {
            return try await upstreamsResponse(UpstreamEdit(draft: draft, flaws: flaws), context)
        }
    }

    private func changeUpstream(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(UpstreamDraft.self)
        let record = try await upstream(context.identifier("id"))
        do {
            let changed = try await ports.upstreams.change(record.id, to: draft.draft, by: context.actor())
            return redirect(to: "/admin/upstreams", notice: notice(of: changed, before: record))
        } catch let flaws as Flaws {
            return try await upstreamsResponse(UpstreamEdit(record: record, draft: draft, flaws: flaws), context)
        }
    }

    private func notice(of changed: UpstreamRecord, before: UpstreamRecord) -> String {
        before.hasKey && !changed.hasKey
            ? words("{name} was changed, and its key forgotten.", ["name": changed.name])
            : words("{name} was changed.", ["name": changed.name])
    }

    private func tryUpstream(_ request: Request, _ context: SiteContext) async throws -> Response {
        let record = try await upstream(context.identifier("id"))
        return try await upstreamsResponse(nil, probe: await probe(record), context)
    }

    /// - Throws: `Failure.notFound`.
    private func upstream(_ id: UpstreamID) async throws -> UpstreamRecord {
        guard let record = try await ports.upstreams.all().first(where: { $0.id == id }) else {
            throw Failure.notFound
        }
        return record
    }

    private func probe(_ record: UpstreamRecord) async throws -> UpstreamsPage.Probe {
        guard let endpoint = try await ports.upstreams.endpoint(of: record.id) else { throw Failure.notFound }
        do {
            let names = try await ports.probes.modelNames(endpoint)
            return UpstreamsPage.Probe(
                title: words("{name} answers", ["name": record.name]),
                text: names.isEmpty
                    ? words("It offers no model.")
                    : words("It offers: {models}.", ["models": words.list(names, most: 50)]),
                hasFailed: false)
        } catch let failure as UpstreamFailure {
            return UpstreamsPage.Probe(
                title: words("{name} does not answer as it should", ["name": record.name]),
                text: words.failure(failure), hasFailed: true)
        }
    }

    // MARK: The page

    /// An upstream on its way through the form.
    private struct UpstreamEdit {
        /// Nil for a new one.
        var record: UpstreamRecord?
        var draft = UpstreamDraft()
        var flaws = Flaws([])
    }

    private func upstreamsResponse(
        _ edit: UpstreamEdit?, probe: UpstreamsPage.Probe? = nil, _ context: SiteContext
    ) async throws -> Response {
        let models = try await ports.models.all()
        let page = UpstreamsPage(
            frame: try await frame(words("Upstreams"), .admin, for: context), tabs: AdminTab.upstreams.links(words),
            form: edit.map(form), probe: probe,
            rows: try await ports.upstreams.all().map { record in
                UpstreamsPage.Row(
                    id: record.id.rawValue, name: record.name, address: record.baseURL, hasKey: record.hasKey,
                    models: words.number(models.count { $0.settings.upstream == record.id }))
            })
        return response(page, status: edit?.flaws.all.isEmpty == false ? .unprocessableContent : .ok)
    }

    private func form(_ edit: UpstreamEdit) -> AdminForm {
        let hasKey = edit.record?.hasKey == true
        return AdminForm(
            title: edit.record.map { words("Change {name}", ["name": $0.name]) } ?? words("New upstream"),
            action: edit.record.map { "/admin/upstreams/\($0.id)" } ?? "/admin/upstreams", cancel: "/admin/upstreams",
            fields: edit.draft.fields(hasKey: hasKey, edit.flaws.sentences(words), words),
            choices: edit.draft.choices(hasKey: hasKey, words), checks: nil)
    }
}
