import Core
import Testing

@testable import Store

struct GrantsTests {
    let temporary: TemporaryStore
    var grants: any Grants { temporary.store.grants }

    init() async throws {
        temporary = try await TemporaryStore()
    }

    static func draft(_ meter: Limit.Meter = .tokens, amount: Int64 = 50, seconds: Int64 = 60) -> Grant.Draft {
        Grant.Draft(
            meter: meter, amount: amount, reason: "until Monday",
            expiresAt: Timestamp.start.advanced(bySeconds: seconds))
    }

    @Test func grantBelongsToItsHolderAndIsFullAtFirst() async throws {
        let project = try await temporary.store.projects.create(Project.Draft(name: "Thesis"), by: temporary.actor)
        let organization = try await temporary.store.organizations.current().id
        let holders: [Grant.Holder] = [
            .person(temporary.admin.id), .project(project.id), .organization(organization),
        ]
        for holder in holders {
            let grant = try await grants.add(Self.draft(), to: holder, by: temporary.actor)
            #expect(grant.holder == holder && grant.createdAt == .start)
            #expect(try await grants.all(of: holder) == [Pot(grant: grant)])
        }
        #expect(try await grants.running().count == 3)
    }

    @Test func nobodyGetsAnythingWhoIsNotThere() async throws {
        let holders: [Grant.Holder] = [
            .person(PersonID(rawValue: "nobody")), .project(ProjectID(rawValue: "none")),
            .organization(OrganizationID(rawValue: "none")),
        ]
        for holder in holders {
            await #expect(throws: NotFound()) {
                try await grants.add(Self.draft(), to: holder, by: temporary.actor)
            }
        }
        #expect(try await grants.running().isEmpty)
    }

    @Test func runningOnesAreListedFirst() async throws {
        let short = try await grants.add(Self.draft(seconds: 10), to: .person(temporary.admin.id), by: temporary.actor)
        let long = try await grants.add(Self.draft(seconds: 90), to: .person(temporary.admin.id), by: temporary.actor)
        temporary.clock.advance(seconds: 10)
        #expect(try await grants.all(of: .person(temporary.admin.id)).map(\.grant.id) == [long.id, short.id])
    }

    @Test func grantEndsWhenItIsRevokedAndOnlyOnce() async throws {
        let grant = try await grants.add(Self.draft(), to: .person(temporary.admin.id), by: temporary.actor)
        temporary.clock.advance(seconds: 5)
        try await grants.revoke(grant.id, by: temporary.actor)
        #expect(try await grants.all(of: .person(temporary.admin.id))[0].grant.expiresAt == temporary.clock.now())
        await #expect(throws: NotFound()) { try await grants.revoke(grant.id, by: temporary.actor) }
    }

    @Test(arguments: [
        (draft(amount: 0), Flaw("amount", .outOfRange(1...1_000_000_000_000_000))),
        (draft(seconds: 0), Flaw("expiresAt", .inThePast)), (draft(.concurrent), Flaw("meter", .unknown)),
    ])
    func whatCannotBeGrantedIsRefused(draft: Grant.Draft, flaw: Flaw) async throws {
        await #expect(throws: Flaws([flaw])) {
            try await grants.add(draft, to: .person(temporary.admin.id), by: temporary.actor)
        }
    }
}
