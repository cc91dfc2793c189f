import Core
import Testing

@testable import Store

struct AuditLogTests {
    let temporary: TemporaryStore
    var log: any AuditLog { temporary.store.auditLog }

    init() async throws {
        temporary = try await TemporaryStore()
    }

    @Test func changeIsToldWithBeforeAndAfter() async throws {
        var settings = temporary.standard.settings
        settings.maxReplyTokens = 99
        temporary.clock.advance(seconds: 5)
        _ = try await temporary.store.tiers.change(temporary.standard.id, to: settings, by: temporary.actor)
        let entry = try #require(try await log.entries(AuditQuery(count: 1)).first)
        #expect(entry.action == .tierChanged && entry.subject == temporary.standard.id.rawValue)
        #expect(entry.actorName == "admin@example.org" && entry.actor == temporary.actor)
        #expect(entry.at == temporary.clock.now() && entry.subjectName == "Standard")
        #expect(entry.before?.contains("\"maxReplyTokens\":4096") == true)
        #expect(entry.after?.contains("\"maxReplyTokens\":99") == true)
    }

    @Test func setsAreToldInOneOrder() async throws {
        var settings = temporary.standard.settings
        for name in 1...8 { settings.models.insert(try await temporary.addModel("m\(name)", in: []).id) }
        _ = try await temporary.store.tiers.change(temporary.standard.id, to: settings, by: temporary.actor)
        let after = try #require(try await log.entries(AuditQuery(count: 1)).first?.after)
        let list = settings.models.map { "\"\($0)\"" }.sorted().joined(separator: ",")
        #expect(after.contains("\"models\":[\(list)]"))
        #expect(after.contains("\"isRetired\":false") && after.contains("\"tokensPerDay\":500000"))
    }

    @Test func changeThatFailsIsNotTold() async throws {
        let before = try await log.entries(AuditQuery()).count
        await #expect(throws: Flaws.self) {
            try await temporary.store.people.setDisabled(true, temporary.admin.id, by: temporary.actor)
        }
        await #expect(throws: Flaws.self) { try await temporary.addPerson("admin@example.org") }
        #expect(try await log.entries(AuditQuery()).count == before)
    }

    @Test func nobodyWhoDoesNotExistChangesAnything() async throws {
        await #expect(throws: NotFound()) {
            try await temporary.store.tiers.duplicate(temporary.standard.id, by: .person(.random()))
        }
        #expect(try await temporary.store.tiers.all().count == 1)
    }

    @Test func everyKindOfChangeIsTold() async throws {
        let (store, actor) = (temporary.store, temporary.actor)
        let person = try await temporary.addPerson("p@example.org")
        let model = try await temporary.addModel("small", in: [])
        _ = try await store.models.change(model.id, to: model.settings, by: actor)
        let upstream = try await store.upstreamRecords.all()[0]
        let draft = UpstreamRecord.Draft(name: "new", baseURL: upstream.baseURL)
        _ = try await store.upstreamRecords.change(upstream.id, to: draft, by: actor)
        var organization = try await store.organizations.current()
        organization.timeZone = "Europe/Berlin"
        try await store.organizations.change(to: organization, by: actor)
        try await store.people.setDisabled(true, person.id, by: actor)
        try await store.people.setDisabled(false, person.id, by: actor)
        try await store.people.setPassword(hash: "x", of: person.id, ending: .all, by: actor)
        let copy = try await store.tiers.duplicate(temporary.standard.id, by: actor)
        _ = try await store.tiers.change(copy.id, to: copy.settings, by: actor)
        try await store.people.move([person.id], to: copy.id, by: actor)
        try await store.tiers.setRetired(true, copy.id, by: actor)
        try await store.tiers.setRetired(false, copy.id, by: actor)
        let gift = Grant.Draft(
            amount: 1, reason: "x", expiresAt: temporary.clock.now().advanced(bySeconds: 9))
        let grant = try await store.grants.add(gift, to: .person(person.id), by: actor)
        try await store.grants.revoke(grant.id, by: actor)
        let key = try await store.keys.create(.init(name: "x"), secret: .random(), for: person.id, by: actor)
        _ = try await store.keys.change(key.id, of: person.id, to: key.settings, by: actor)
        try await store.keys.revoke(key.id, of: person.id, by: actor)
        let project = try await store.projects.create(Project.Draft(name: "x"), by: actor)
        _ = try await store.projects.change(project.id, to: Project.Draft(name: "y"), by: actor)
        try await store.projects.setRetired(true, project.id, by: actor)
        try await store.projects.setRetired(false, project.id, by: actor)
        let limit = Limit(scope: .person, subject: person.id.rawValue, meter: .requests, window: .week, amount: 9)
        _ = try await store.limits.create(limit, by: actor)
        _ = try await store.limits.change(limit, by: actor)
        try await store.limits.retire(limit.id, by: actor)
        _ = try await store.limits.create(limit, by: actor)
        _ = try await store.invitations.invite(person.id, by: actor)
        try await temporary.execute(
            """
            INSERT INTO quota_limit (id, scope, subject, meter, time_window, amount)
                SELECT 'o', 'organization', id, 'tokens', 'day', 1000 FROM organization;
            UPDATE quota_limit SET elastic_ceiling = amount * 2 WHERE subject = '\(copy.id)' AND time_window = 'day';
            """)
        _ = try await store.elasticLimits.adjust()
        _ = try await store.limitPlans.apply(LimitPlan(queue: QueueBounds(length: 1)), by: actor)
        try await log.note(.personViewed, of: person.id, by: actor)
        try await temporary.execute("DELETE FROM account WHERE grant_id IS NOT NULL")
        _ = try await store.verification.repair(at: temporary.clock.now(), by: actor)
        let told = Set(try await log.entries(AuditQuery(count: 999)).map(\.action))
        #expect(told == Set(AuditAction.allCases))
        guard case .intact(let entries) = try await log.verify() else {
            Issue.record("the chain is broken")
            return
        }
        #expect(entries == 34)
    }

    @Test func entriesAreFilteredAndPaged() async throws {
        for number in 1...5 {
            temporary.clock.advance(seconds: 1)
            _ = try await temporary.addPerson("p\(number)@example.org")
        }
        let added = try await log.entries(AuditQuery(actor: temporary.admin.id, action: .personAdded, count: 2))
        #expect(added.map(\.subjectName) == ["p5@example.org", "p4@example.org"])
        let next = try await log.entries(AuditQuery(actor: temporary.admin.id, before: added[1].id, count: 2))
        #expect(next.map(\.subjectName) == ["p3@example.org", "p2@example.org"])
        let second = Timestamp.start.advanced(bySeconds: 2)
        let moment = try await log.entries(AuditQuery(from: second, until: second.advanced(bySeconds: 1)))
        #expect(moment.map(\.subjectName) == ["p2@example.org"])
        #expect(try await log.entries(AuditQuery(subject: moment[0].subject)).count == 1)
    }

    @Test func entriesCannotBeChangedOrRemoved() async throws {
        for sql in ["UPDATE audit SET after = '{}'", "DELETE FROM audit", "UPDATE audit SET hash = 'x' WHERE id = 1"] {
            await #expect(throws: StoreFailure.self) { try await temporary.execute(sql) }
        }
        #expect(try await log.verify() == .intact(entries: 2))
    }

    @Test(arguments: [
        ("UPDATE audit SET after = replace(after, 'Ada', 'Eve') WHERE id = 2", Int64(2)),
        ("UPDATE audit SET at = at + 1 WHERE id = 1", 1),
        ("UPDATE audit SET subject_name = subject_name || after, after = '' WHERE id = 3", 3),
        ("UPDATE audit SET actor_kind = 'shell', actor = NULL WHERE id = 3", 3), ("DELETE FROM audit WHERE id = 2", 2),
        ("UPDATE audit SET action = 'unheard of' WHERE id = 1", 1),
    ])
    func whoeverGetsPastThatIsFoundOut(sql: String, entry: Int64) async throws {
        _ = try await temporary.addPerson("p@example.org")
        #expect(try await log.verify() == .intact(entries: 3))
        try await temporary.execute("DROP TRIGGER audit_is_not_updated; DROP TRIGGER audit_is_not_deleted; \(sql)")
        #expect(try await log.verify() == .broken(at: entry))
    }

    @Test func whoeverForgesAHashTooIsFoundOutByTheNextEntry() async throws {
        _ = try await temporary.addPerson("p@example.org")
        var forged = try #require(try await log.entries(AuditQuery()).first { $0.id == 2 })
        forged.after = "{}"
        let previous: String = try await temporary.store.database.read { session in
            try session.onlyRow("SELECT hash FROM audit WHERE id = 1")["hash"]
        }
        try await temporary.execute(
            """
            DROP TRIGGER audit_is_not_updated;
            UPDATE audit SET after = '{}', hash = '\(forged.hash(after: previous))' WHERE id = 2
            """)
        #expect(try await log.verify() == .broken(at: 3))
    }
}
