import Core
import Testing

@testable import Store

struct FirstAdminTests {
    let file: TemporaryDatabase
    let clock = StillClock()
    let store: SQLStore
    var firstAdmin: any FirstAdmin { store.firstAdmin }

    init() async throws {
        file = try TemporaryDatabase()
        store = try await SQLStore.open(path: file.path, time: clock)
    }

    @Test func linkMakesOneAdminOnce() async throws {
        let token = try #require(try await firstAdmin.invite())
        #expect(try await firstAdmin.isOpen(token))
        let person = try await accept(token, "ada@example.org")
        #expect(person.isAdmin)
        #expect(try await store.people.credential(for: person.email)?.passwordHash == "hash")
        #expect(try await firstAdmin.isOpen(token) == false)
        await #expect(throws: NotFound()) { try await accept(token, "eve@example.org") }
        #expect(try await firstAdmin.invite() == nil)
    }

    @Test func twoWhoAcceptAtOnceAreOneAdmin() async throws {
        let token = try #require(try await firstAdmin.invite())
        let accepted = await withTaskGroup { group in
            for number in 1...8 { group.addTask { (try? await accept(token, "p\(number)@example.org")) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(accepted == 1)
        #expect(try await store.people.find(PeopleQuery()).total == 1)
    }

    @Test func linkEndsAfterAnHourAndByTheNextOne() async throws {
        let first = try #require(try await firstAdmin.invite())
        let second = try #require(try await firstAdmin.invite())
        #expect(try await firstAdmin.isOpen(first) == false)
        clock.advance(seconds: 3599)
        #expect(try await firstAdmin.isOpen(second))
        clock.advance(seconds: 1)
        #expect(try await firstAdmin.isOpen(second) == false)
        await #expect(throws: NotFound()) { try await accept(second, "eve@example.org") }
    }

    @Test func adminMadeOtherwiseEndsTheLink() async throws {
        let token = try #require(try await firstAdmin.invite())
        let tier = try await store.tiers.all()[0]
        _ = try await store.people.add(
            Person.Draft(email: "ada@example.org", tier: tier.id, isAdmin: true), passwordHash: "x", by: .shell)
        await #expect(throws: NotFound()) { try await accept(token, "eve@example.org") }
    }

    @Test func mistakeInTheFormDoesNotUseTheLinkUp() async throws {
        let token = try #require(try await firstAdmin.invite())
        await #expect(throws: Flaws([Flaw("email", .malformed)])) { try await accept(token, "nonsense") }
        _ = try await accept(token, "ada@example.org")
    }

    @Test func severalWorkersMakeOneFirstStart() async throws {
        let other = try TemporaryDatabase()
        try await withThrowingTaskGroup { group in
            for _ in 1...4 { group.addTask { _ = try await SQLStore.open(path: other.path, time: clock) } }
            try await group.waitForAll()
        }
        let store = try await SQLStore.open(path: other.path, time: clock)
        #expect(try await store.tiers.all().map(\.name) == ["Standard"])
        #expect(try await store.organizations.current().calendar != nil)
    }

    private func accept(_ token: SecretToken, _ email: String) async throws -> Person {
        try await firstAdmin.accept(token, email: email, displayName: "", passwordHash: "hash")
    }
}
