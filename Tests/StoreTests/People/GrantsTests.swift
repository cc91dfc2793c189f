import Core
import Testing

@testable import Store

struct GrantsTests {
    let temporary: TemporaryStore
    var grants: any Grants { temporary.store.grants }

    init() async throws {
        temporary = try await TemporaryStore()
    }

    static func draft(_ window: Window = .day, amount: Int64 = 50, seconds: Int64 = 60) -> Grant.Draft {
        Grant.Draft(
            window: window, amount: amount, reason: "until Monday",
            expiresAt: Timestamp.start.advanced(bySeconds: seconds))
    }

    @Test func grantIsKeptForTheLimitOfTheTier() async throws {
        let grant = try await grants.add(Self.draft(), to: temporary.admin.id, by: temporary.actor)
        #expect(grant.holder == temporary.admin.id.rawValue && grant.createdAt == .start)
        let limit: (String, String, String) = try await temporary.store.database.read { session in
            let row = try session.onlyRow("SELECT * FROM quota_limit WHERE id = $1", grant.limit)
            return (try row["subject"], try row["meter"], try row["time_window"])
        }
        #expect(limit == (temporary.standard.id.rawValue, "tokens", "day"))
        #expect(try await grants.all(of: temporary.admin.id) == [grant])
    }

    @Test func runningOnesAreListedFirst() async throws {
        let short = try await grants.add(Self.draft(seconds: 10), to: temporary.admin.id, by: temporary.actor)
        let long = try await grants.add(Self.draft(seconds: 90), to: temporary.admin.id, by: temporary.actor)
        temporary.clock.advance(seconds: 10)
        #expect(try await grants.all(of: temporary.admin.id).map(\.id) == [long.id, short.id])
    }

    @Test func grantEndsWhenItIsRevokedAndOnlyOnce() async throws {
        let grant = try await grants.add(Self.draft(), to: temporary.admin.id, by: temporary.actor)
        temporary.clock.advance(seconds: 5)
        try await grants.revoke(grant.id, by: temporary.actor)
        #expect(try await grants.all(of: temporary.admin.id)[0].expiresAt == temporary.clock.now())
        await #expect(throws: NotFound()) { try await grants.revoke(grant.id, by: temporary.actor) }
    }

    @Test(arguments: [
        (draft(amount: 0), Flaw("amount", .outOfRange(1...1_000_000_000_000_000))),
        (draft(seconds: 0), Flaw("expiresAt", .inThePast)), (draft(.week), Flaw("window", .unknown)),
        (draft(.minute), Flaw("window", .unknown)),
    ])
    func whatCannotBeGrantedIsRefused(draft: Grant.Draft, flaw: Flaw) async throws {
        await #expect(throws: Flaws([flaw])) {
            try await grants.add(draft, to: temporary.admin.id, by: temporary.actor)
        }
    }
}
