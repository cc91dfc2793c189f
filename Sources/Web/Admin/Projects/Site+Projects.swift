import Core
import Foundation
import HTTPTypes
import Hummingbird

/// `/admin/projects`: a form above the list makes or renames one.
extension Site {
    func addProjectRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("projects", use: listProjects)
        routes.post("projects", use: createProject)
        routes.post("projects/:id", use: changeProject)
        routes.post("projects/:id/retire") { try await setProjectRetired(true, $1) }
        routes.post("projects/:id/restore") { try await setProjectRetired(false, $1) }
        routes.post("projects/:id/grants", use: addProjectGrant)
        routes.post("projects/:id/grants/:grant/revoke") {
            try await revokeGrant(of: .project(project($1.identifier("id")).id), $1)
        }
    }

    private func listProjects(_ request: Request, _ context: SiteContext) async throws -> Response {
        switch request.uri.queryParameters.get("edit") {
        case nil: return try await projectsResponse(nil, context)
        case "new": return try await projectsResponse(ProjectEdit(), context)
        case let id?:
            let project = try await project(ProjectID(rawValue: id))
            return try await projectsResponse(ProjectEdit(project: project, draft: ProjectDraft(project)), context)
        }
    }

    private func createProject(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(ProjectDraft.self)
        do {
            let project = try await ports.projects.create(draft.draft(), by: context.actor())
            return redirect(to: "/admin/projects", notice: words("{name} was added.", ["name": project.name]))
        } catch let flaws as Flaws {
            return try await projectsResponse(ProjectEdit(draft: draft, flaws: flaws), context)
        }
    }

    private func changeProject(_ request: Request, _ context: SiteContext) async throws -> Response {
        let draft = try await request.form(ProjectDraft.self)
        let project = try await project(context.identifier("id"))
        do {
            let changed = try await ports.projects.change(project.id, to: draft.draft(), by: context.actor())
            return redirect(to: "/admin/projects", notice: words("{name} was changed.", ["name": changed.name]))
        } catch let flaws as Flaws {
            return try await projectsResponse(ProjectEdit(project: project, draft: draft, flaws: flaws), context)
        }
    }

    private func addProjectGrant(_ request: Request, _ context: SiteContext) async throws -> Response {
        let project = try await project(context.identifier("id"))
        return try await addGrant(to: .project(project.id), request, context) { draft, flaws in
            let edit = ProjectEdit(project: project, draft: ProjectDraft(project), grant: draft, flaws: flaws)
            return try await projectsResponse(edit, context)
        }
    }

    private func setProjectRetired(_ isRetired: Bool, _ context: SiteContext) async throws -> Response {
        try await ports.projects.setRetired(isRetired, try context.identifier("id"), by: context.actor())
        return redirect(
            to: "/admin/projects",
            notice: isRetired
                ? words("The project was retired: its keys go on, and it takes no new ones.")
                : words("The project takes new keys again."))
    }

    /// - Throws: `Failure.notFound`.
    private func project(_ id: ProjectID) async throws -> Project {
        guard let project = try await ports.projects.all().first(where: { $0.id == id }) else {
            throw Failure.notFound
        }
        return project
    }

    // MARK: The page

    /// A project on its way through the form.
    private struct ProjectEdit {
        /// Nil for a new one.
        var project: Project?
        var draft = ProjectDraft()
        /// An extra on its way; then the flaws are about that.
        var grant: GrantDraft?
        var flaws = Flaws([])
    }

    private func projectsResponse(_ edit: ProjectEdit?, _ context: SiteContext) async throws -> Response {
        let zone = try await zone(of: context.asker().person)
        let liveKeys = try await ports.projects.liveKeys()
        let words = words
        let amount = { (limit: Int64?) in limit.map(words.number) ?? "—" }
        let page = ProjectsPage(
            frame: try await frame(words("Projects"), .admin, for: context), tabs: AdminTab.projects.links(words),
            form: edit.map(form), extras: try await extras(edit, zone),
            newLimit: edit?.project.map { "/admin/limits?edit=new&whom=project:\($0.id)#form" },
            rows: try await ports.projects.all().map { project in
                ProjectsPage.Row(
                    id: project.id.rawValue, name: project.name, keys: words.number(liveKeys[project.id] ?? 0),
                    priority: words.name(of: project.priority), day: amount(project.allowance.tokensPerDay),
                    request: amount(project.allowance.tokensPerRequest),
                    created: Moment(project.createdAt, zone: zone), isRetired: project.isRetired)
            })
        return response(page, status: edit?.flaws.all.isEmpty == false ? .unprocessableContent : .ok)
    }

    private func extras(_ edit: ProjectEdit?, _ zone: TimeZone) async throws -> GrantDesk? {
        guard let edit, let project = edit.project else { return nil }
        let errors = edit.grant == nil ? [:] : edit.flaws.sentences(words)
        return try await grantDesk(of: .project(project.id), edit.grant, errors: errors, zone: zone)
    }

    private func form(_ edit: ProjectEdit) -> AdminForm {
        let errors = edit.grant == nil ? edit.flaws.sentences(words) : [:]
        return AdminForm(
            title: edit.project.map { words("Change {name}", ["name": $0.name]) } ?? words("New project"),
            action: edit.project.map { "/admin/projects/\($0.id)" } ?? "/admin/projects", cancel: "/admin/projects",
            fields: edit.draft.fields(errors, words), choices: [edit.draft.priorityChoice(words)], checks: nil)
    }
}
