import Core
import Foundation
import Synchronization

@testable import Store

/// A store in a folder of its own, with a clock that stands still until it is moved, and somebody to administer it.
struct TemporaryStore {
    let file: TemporaryDatabase
    let clock: StillClock
    let store: SQLStore
    let standard: Tier
    let admin: Person

    var actor: Actor { .person(admin.id) }

    init() async throws {
        file = try TemporaryDatabase()
        clock = StillClock()
        store = try await SQLStore.open(path: file.path, time: clock)
        standard = try await store.tiers.all()[0]
        admin = try await store.people.add(
            Person.Draft(email: "admin@example.org", displayName: "Ada", tier: standard.id, isAdmin: true),
            passwordHash: nil, by: .program)
    }

    func addPerson(_ email: String, in tier: Tier? = nil, isAdmin: Bool = false) async throws -> Person {
        try await store.people.add(
            Person.Draft(email: email, tier: (tier ?? standard).id, isAdmin: isAdmin), passwordHash: "hash", by: actor)
    }

    func addModel(_ name: String, in tiers: Set<TierID>) async throws -> Model {
        var upstream = try await store.upstreamRecords.all().first
        if upstream == nil {
            upstream = try await store.upstreamRecords.create(
                UpstreamRecord.Draft(name: "stand-in", baseURL: "http://127.0.0.1:1/v1", key: .replace(with: "sk-1")),
                by: actor)
        }
        return try await store.models.create(
            Model.Settings(
                name: name, upstream: upstream!.id, upstreamModel: "up-" + name, contextWindow: 8_000,
                maxReplyTokens: 1_000, tiers: tiers), by: actor)
    }

    /// For what no port offers, such as tampering.
    func execute(_ sql: String) async throws {
        try await store.database.write { session in try session.run(script: sql) }
    }
}

final class StillClock: TimeSource {
    private let moment = Mutex(Timestamp.start)

    func now() -> Timestamp { moment.withLock { $0 } }

    func advance(seconds: Int64) {
        moment.withLock { $0 = $0.advanced(bySeconds: seconds) }
    }
}
/// What people type when they mean harm, or just write.
let hostileTexts = [
    "'; DROP TABLE person; --", "\"><script>alert(1)</script>", "{{name}} {{{raw}}}", "%_\\", "=1+1", "\u{202E}abc",
    "👩‍🚀 naïve ﬁ 漢字", "a\u{301}",
]
