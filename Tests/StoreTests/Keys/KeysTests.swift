import Core
import Foundation
import Testing

@testable import Store

struct KeysTests {
    let temporary: TemporaryStore
    let person: Person
    var keys: any APIKeys { temporary.store.keys }
    var me: Actor { .person(person.id) }

    init() async throws {
        temporary = try await TemporaryStore()
        person = try await temporary.addPerson("p@example.org")
    }

    func make(_ settings: APIKey.Settings = .init(name: "laptop")) async throws -> (APIKey, String) {
        let secret = APIKey.Secret.random()
        return (try await keys.create(settings, secret: secret, for: person.id, by: me), secret.rawValue)
    }

    func latest() async throws -> AuditEntry {
        try await temporary.store.auditLog.entries(AuditQuery(count: 1))[0]
    }

    // MARK: Making

    @Test func keyReturnsAsItWasSet() async throws {
        let project = try await temporary.store.projects.create(Project.Draft(name: "Thesis"), by: me)
        let settings = APIKey.Settings(
            name: "laptop", project: project.id, expiresAt: Timestamp.start.advanced(bySeconds: 60),
            allowance: Tier.Allowance(
                tokensPerHour: 1, tokensPerDay: 2, tokensPerMonth: 3, requestsPerMinute: 4, concurrentRequests: 5))
        let (key, secret) = try await make(settings)
        #expect(key.settings == settings && key.createdAt == .start && key.lastUsedAt == nil)
        #expect(key.beginning == secret.prefix(8) + "…")
        #expect(try await keys.all(of: person.id) == [key])
        #expect(try await keys.key(key.id) == key)
    }

    @Test func secretIsNeitherInTheFileNorOnTheAuditLog() async throws {
        let (_, secret) = try await make()
        let stored: String = try await temporary.store.database.read { session in
            try session.onlyRow("SELECT secret_hash FROM api_key")["secret_hash"]
        }
        #expect(stored == secret.sha256)
        let hidden = Data(secret.dropFirst(8).utf8)
        for file in try FileManager.default.contentsOfDirectory(atPath: temporary.file.folder) {
            let content = try #require(FileManager.default.contents(atPath: temporary.file.folder + "/" + file))
            #expect(content.range(of: hidden) == nil, "\(file)")
        }
    }

    @Test func sameSecretTwiceMakesOneKey() async throws {
        let secret = APIKey.Secret.random()
        let first = try await keys.create(.init(name: "laptop"), secret: secret, for: person.id, by: me)
        let again = try await keys.create(.init(name: "other"), secret: secret, for: person.id, by: me)
        #expect(again == first)
        #expect(try await keys.all(of: person.id) == [first])
        await #expect(throws: NotFound()) {
            try await keys.create(.init(name: "x"), secret: secret, for: temporary.admin.id, by: me)
        }
    }

    @Test func formsThatComeAtOnceMakeOneKey() async throws {
        let secret = APIKey.Secret.random()
        let made = try await withThrowingTaskGroup { group in
            for _ in 1...8 {
                let store = try await SQLStore.open(path: temporary.file.path, time: temporary.clock)
                group.addTask { [me, person] in
                    try await store.keys.create(.init(name: "laptop"), secret: secret, for: person.id, by: me)
                }
            }
            return try await group.reduce(into: Set<APIKey>()) { $0.insert($1) }
        }
        #expect(made.count == 1)
    }

    @Test(arguments: hostileTexts)
    func nameIsText(name: String) async throws {
        let (key, _) = try await make(.init(name: name))
        #expect(try await keys.all(of: person.id).map(\.name) == [name])
        #expect(try await keys.key(key.id)?.name == name)
    }

    @Test func everythingWrongIsNamedAtOnce() async throws {
        let flaws = await #expect(throws: Flaws.self) {
            try await make(.init(name: " ", allowance: Tier.Allowance(tokensPerDay: -1, requestsPerMinute: .max)))
        }
        #expect(Set(flaws?.all.map(\.field) ?? []) == ["name", "tokensPerDay", "requestsPerMinute"])
        await #expect(throws: Flaws([Flaw("project", .unknown), Flaw("expiresAt", .inThePast)])) {
            try await make(.init(name: "x", project: .random(), expiresAt: .start))
        }
        #expect(try await keys.all(of: person.id).isEmpty)
    }

    @Test func aPersonHasOnlySoManyLiveKeys() async throws {
        let (first, _) = try await make()
        for _ in 2...APIKey.mostOfAPerson { _ = try await make() }
        await #expect(throws: Flaws([Flaw("name", .tooMany(most: 100))])) { try await make() }
        try await keys.revoke(first.id, of: person.id, by: me)
        _ = try await make()
    }

    @Test func nobodyUnknownGetsAKey() async throws {
        await #expect(throws: NotFound()) {
            try await keys.create(.init(name: "x"), secret: .random(), for: .random(), by: me)
        }
    }

    // MARK: Asking

    @Test func requestIsItsKeysPersonAndProject() async throws {
        let project = try await temporary.store.projects.create(Project.Draft(name: "Thesis"), by: me)
        let (key, secret) = try await make(.init(name: "laptop", project: project.id))
        _ = try await make()
        #expect(
            try await keys.holder(of: secret) == KeyHolder(person: person, key: key.id, project: project.id))
        #expect(try await keys.holder(of: APIKey.Secret.random().rawValue) == nil)
    }

    @Test func whatNoSecretLooksLikeCostsTheStoreNothing() async throws {
        let keys = SQLAPIKeys(database: NoDatabase(), time: temporary.clock)
        let letters = String(repeating: "a", count: 42)
        for text in ["", "slk_", "slk_" + letters, "slk_" + letters + "'", "sk-" + letters + "aa"] {
            #expect(try await keys.holder(of: text) == nil)
        }
        await #expect(throws: NoDatabase.Asked.self) { try await keys.holder(of: "slk_" + letters + "a") }
    }

    @Test func revokedKeyIsRefusedByEveryWorkerAtOnceAndForGood() async throws {
        let other = try await SQLStore.open(path: temporary.file.path, time: temporary.clock)
        let (key, secret) = try await make()
        #expect(try await other.keys.holder(of: secret) != nil)
        try await keys.revoke(key.id, of: person.id, by: me)
        #expect(try await other.keys.holder(of: secret) == nil)
        await #expect(throws: NotFound()) { try await keys.revoke(key.id, of: person.id, by: me) }
        await #expect(throws: NotFound()) {
            try await keys.change(key.id, of: person.id, to: .init(name: "back"), by: me)
        }
        #expect(try await keys.all(of: person.id)[0].revokedAt == .start)
    }

    @Test func expiredKeyIsRefusedFromThatMomentOn() async throws {
        let (_, secret) = try await make(.init(name: "x", expiresAt: Timestamp.start.advanced(bySeconds: 60)))
        temporary.clock.advance(seconds: 59)
        #expect(try await keys.holder(of: secret) != nil)
        temporary.clock.advance(seconds: 1)
        #expect(try await keys.holder(of: secret) == nil)
    }

    @Test func keyOfSomebodyDisabledIsRefusedUntilTheyAreEnabled() async throws {
        let (_, secret) = try await make()
        try await temporary.store.people.setDisabled(true, person.id, by: temporary.actor)
        #expect(try await keys.holder(of: secret) == nil)
        try await temporary.store.people.setDisabled(false, person.id, by: temporary.actor)
        #expect(try await keys.holder(of: secret) != nil)
    }

    @Test func useIsWrittenAtMostOnceAMinute() async throws {
        let (key, secret) = try await make()
        #expect(try await use(of: secret) == .start)
        temporary.clock.advance(seconds: 59)
        #expect(try await use(of: secret) == .start)
        temporary.clock.advance(seconds: 1)
        #expect(try await use(of: secret) == Timestamp.start.advanced(bySeconds: 60))
        #expect(try await keys.key(key.id)?.lastUsedAt == Timestamp.start.advanced(bySeconds: 60))
    }

    private func use(of secret: String) async throws -> Timestamp? {
        _ = try await keys.holder(of: secret)
        return try await keys.all(of: person.id)[0].lastUsedAt
    }

    // MARK: Changing

    @Test func changeIsKeptAndKeepsTheSecret() async throws {
        let (key, secret) = try await make()
        let settings = APIKey.Settings(
            name: "desk", expiresAt: Timestamp.start.advanced(bySeconds: 9), allowance: .init(tokensPerDay: 5))
        let changed = try await keys.change(key.id, of: person.id, to: settings, by: me)
        #expect(changed.settings == settings)
        #expect(try await keys.all(of: person.id) == [changed])
        #expect(try await keys.holder(of: secret)?.key == key.id)
    }

    @Test func whatAKeyHasAlreadyItMayKeep() async throws {
        let project = try await temporary.store.projects.create(Project.Draft(name: "Thesis"), by: me)
        let (key, _) = try await make(
            .init(name: "x", project: project.id, expiresAt: Timestamp.start.advanced(bySeconds: 1)))
        temporary.clock.advance(seconds: 5)
        try await temporary.store.projects.setRetired(true, project.id, by: me)
        var settings = key.settings
        settings.name = "y"
        #expect(try await keys.change(key.id, of: person.id, to: settings, by: me).name == "y")
    }

    @Test func anothersKeyIsNotThere() async throws {
        let (key, secret) = try await make()
        let other = temporary.admin.id
        await #expect(throws: NotFound()) { try await keys.revoke(key.id, of: other, by: temporary.actor) }
        await #expect(throws: NotFound()) {
            try await keys.change(key.id, of: other, to: .init(name: "mine"), by: temporary.actor)
        }
        #expect(try await keys.all(of: other).isEmpty)
        #expect(try await keys.holder(of: secret) != nil)
    }

    @Test func thoseThatMayBeUsedAreListedFirstThenTheNewest() async throws {
        let (old, _) = try await make(.init(name: "old"))
        temporary.clock.advance(seconds: 1)
        let (revoked, _) = try await make(.init(name: "revoked"))
        let (expired, _) = try await make(
            .init(name: "expired", expiresAt: temporary.clock.now().advanced(bySeconds: 1)))
        temporary.clock.advance(seconds: 2)
        let (new, _) = try await make(.init(name: "new"))
        try await keys.revoke(revoked.id, of: person.id, by: me)
        let listed = try await keys.all(of: person.id).map(\.id)
        #expect(listed.prefix(2) == [new.id, old.id] && Set(listed.suffix(2)) == [revoked.id, expired.id])
    }

    @Test func everyChangeIsOnTheAuditLogWithBeforeAndAfter() async throws {
        let (key, secret) = try await make()
        let made = try await latest()
        #expect(made.action == .keyCreated && made.actor == me && made.subject == person.id.rawValue)
        #expect(made.before == nil && made.after?.contains("\"laptop\"") == true)
        _ = try await keys.change(key.id, of: person.id, to: .init(name: "desk"), by: temporary.actor)
        let changed = try await latest()
        #expect(changed.action == .keyChanged && changed.actor == temporary.actor)
        #expect(changed.before?.contains("\"laptop\"") == true && changed.after?.contains("\"desk\"") == true)
        try await keys.revoke(key.id, of: person.id, by: .shell)
        #expect(try await latest().action == .keyRevoked)
        for entry in try await temporary.store.auditLog.entries(AuditQuery()) {
            let text = (entry.before ?? "") + (entry.after ?? "")
            #expect(!text.contains(secret) && !text.contains(secret.sha256))
        }
    }
}

/// Throws at whoever asks it anything.
private struct NoDatabase: SQLDatabase {
    struct Asked: Error {}

    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        throw Asked()
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        throw Asked()
    }
}
