import Core
import Testing

@testable import Store

struct ProjectsTests {
    let temporary: TemporaryStore
    var projects: any Projects { temporary.store.projects }

    init() async throws {
        temporary = try await TemporaryStore()
    }

    func make(_ name: String) async throws -> Project {
        try await projects.create(Project.Draft(name: name), by: temporary.actor)
    }

    func addKey(to project: Project, expiresAt: Timestamp? = nil, of person: Person? = nil) async throws -> APIKey {
        try await temporary.store.keys.create(
            .init(name: "laptop", project: project.id, expiresAt: expiresAt), secret: .random(),
            for: (person ?? temporary.admin).id, by: temporary.actor)
    }

    @Test func projectsAreListedByNameTheRetiredLast() async throws {
        let (b, a, c) = (try await make("B"), try await make("A"), try await make("C"))
        try await projects.setRetired(true, a.id, by: temporary.actor)
        #expect(try await projects.all().map(\.id) == [b.id, c.id, a.id])
        #expect(try await projects.all().last?.retiredAt == .start)
    }

    @Test(arguments: hostileTexts)
    func nameIsText(name: String) async throws {
        let project = try await make(name)
        #expect(try await projects.all() == [project] && project.name == name)
    }

    @Test func nameIsTakenOnceAndMayBeKept() async throws {
        let (first, second) = (try await make("A"), try await make("B"))
        await #expect(throws: Flaws([Flaw("name", .taken)])) { try await make("A") }
        await #expect(throws: Flaws([Flaw("name", .taken)])) {
            try await projects.change(second.id, to: .init(name: "A"), by: temporary.actor)
        }
        #expect(try await projects.change(first.id, to: .init(name: "A"), by: temporary.actor) == first)
        await #expect(throws: Flaws([Flaw("name", .missing)])) { try await make(" ") }
        await #expect(throws: NotFound()) {
            try await projects.change(.random(), to: .init(name: "C"), by: temporary.actor)
        }
    }

    @Test func retiredProjectKeepsItsKeysAndTakesNoNewOnes() async throws {
        let project = try await make("A")
        let key = try await addKey(to: project)
        try await projects.setRetired(true, project.id, by: temporary.actor)
        #expect(try await temporary.store.keys.key(key.id)?.settings.project == project.id)
        await #expect(throws: Flaws([Flaw("project", .unknown)])) { try await addKey(to: project) }
        try await projects.setRetired(false, project.id, by: temporary.actor)
        _ = try await addKey(to: project)
    }

    @Test func onlyKeysThatMayBeUsedAreCounted() async throws {
        let (project, empty) = (try await make("A"), try await make("B"))
        let disabled = try await temporary.addPerson("p@example.org")
        let (_, revoked) = (try await addKey(to: project), try await addKey(to: project))
        _ = try await addKey(to: project, expiresAt: temporary.clock.now().advanced(bySeconds: 1))
        _ = try await addKey(to: project, of: disabled)
        #expect(try await projects.liveKeys() == [project.id: 4])
        try await temporary.store.keys.revoke(revoked.id, of: temporary.admin.id, by: temporary.actor)
        try await temporary.store.people.setDisabled(true, disabled.id, by: temporary.actor)
        temporary.clock.advance(seconds: 1)
        #expect(try await projects.liveKeys() == [project.id: 1])
        #expect(try await projects.liveKeys()[empty.id] == nil)
    }

    @Test func everyChangeIsOnTheAuditLogOnce() async throws {
        let project = try await make("A")
        _ = try await projects.change(project.id, to: .init(name: "B"), by: temporary.actor)
        for isRetired in [true, true, false] {
            try await projects.setRetired(isRetired, project.id, by: temporary.actor)
        }
        let entries = try await temporary.store.auditLog.entries(AuditQuery(subject: project.id.rawValue))
        #expect(
            entries.map(\.action) == [.projectRestored, .projectRetired, .projectChanged, .projectCreated])
        #expect(entries.map(\.subjectName) == ["B", "B", "B", "A"])
    }
}
