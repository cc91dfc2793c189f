import Core
import GRDBSQLite
import Testing

@testable import Store

/// Damage done by hand, one kind at a time: each is found, named, and mended where it can be.
struct VerificationTests {
    /// What is done, and which check has to find it, in which words. With `mends`, nothing is left of it afterwards.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        let check: VerificationCheck
        let what: String
        var mends = true
    }

    static let derivable: [Damage] = [
        Damage(
            testDescription: "more used than charged", script: "UPDATE account SET used = used + 7 WHERE id = 2",
            check: .accounts, what: "used + held"),
        Damage(
            testDescription: "held by nobody", script: "UPDATE account SET held = held + 7 WHERE id = 2",
            check: .accounts, what: "used + held"),
        Damage(
            testDescription: "a bucket that was given back",
            script: """
                UPDATE account SET used = 0, held = 0, refilled = 0
                 WHERE limit_id IN (SELECT id FROM quota_limit WHERE time_window = 'bucket')
                """, check: .accounts, what: "used + held"),
        Damage(
            testDescription: "a retired limit's account",
            script: """
                UPDATE quota_limit SET retired_at = 1 WHERE time_window = 'day';
                UPDATE account SET used = 0 WHERE limit_id IN (SELECT id FROM quota_limit WHERE retired_at = 1)
                """, check: .accounts, what: "used + held"),
        Damage(
            testDescription: "a share of one priority", script: "UPDATE account SET used = 1 WHERE holder LIKE '%#low'",
            check: .accounts, what: "used + held"),
        Damage(
            testDescription: "a charge and its account, alike",
            script: """
                UPDATE charge SET used = used - 10 WHERE entry = 1 AND account = 2;
                UPDATE account SET used = used - 10 WHERE id = 2
                """, check: .charges, what: "used + held"),
        Damage(
            testDescription: "a settled charge that still holds",
            script: """
                UPDATE charge SET held = 5 WHERE entry = 1 AND account = 2;
                UPDATE account SET held = held + 5 WHERE id = 2
                """, check: .charges, what: "used + held"),
        Damage(
            testDescription: "a running request that holds less",
            script: """
                UPDATE account SET held = held - 3 WHERE id = 2;
                UPDATE charge SET held = held - 3 WHERE account = 2 AND entry = (SELECT MIN(id) FROM hold)
                """, check: .charges, what: "used + held"),
        Damage(
            testDescription: "sums of a quarter of an hour", script: "UPDATE usage_slot SET cost = cost + 1",
            check: .usageSlots, what: "sums"),
        Damage(
            testDescription: "sums that are missing", script: "DELETE FROM usage_slot", check: .usageSlots,
            what: "sums"),
        Damage(
            testDescription: "sums of nothing",
            script: """
                INSERT INTO usage_slot VALUES ('acme', 'nobody', 'small', 0, 1, 1, 1, 0, 0, 0)
                """, check: .usageSlots, what: "sums"),
        Damage(
            testDescription: "two wrong sums that make up for each other",
            script: """
                UPDATE conversation_usage SET requests = requests + 1 WHERE conversation = 'one';
                UPDATE conversation_usage SET requests = requests - 1 WHERE conversation = 'two'
                """, check: .conversationUsage, what: "sums"),
        Damage(
            testDescription: "a conversation of somebody else",
            script: "UPDATE conversation_usage SET person = 'nobody' WHERE conversation = 'one'",
            check: .conversationUsage, what: "sums"),
        Damage(
            testDescription: "sums of another organization", script: "UPDATE usage_slot SET organization = 'nobody'",
            check: .usageSlots, what: "sums"),
        Damage(
            testDescription: "sums of a key", script: "UPDATE key_usage_slot SET prompt_tokens = 0",
            check: .keyUsageSlots, what: "sums"),
        Damage(
            testDescription: "a lease that ended long ago",
            script: "UPDATE hold SET lease_until = lease_until - 300000",
            check: .holds, what: "lease"),
    ]

    static let lasting: [Damage] = [
        Damage(
            testDescription: "a charge of no request", script: "INSERT INTO charge VALUES (999, 2, 0, 0)",
            check: .charges, what: "used + held"),
        Damage(
            testDescription: "a request that is held and settled",
            script: """
                UPDATE hold SET request_id = (SELECT request_id FROM usage WHERE id = 1)
                 WHERE id = (SELECT MIN(id) FROM hold)
                """, check: .holds, what: "held"),
        Damage(
            testDescription: "usage that was made cheaper",
            script: """
                DROP TRIGGER usage_is_not_updated; UPDATE usage SET cost = cost + 1 WHERE id = 1
                """, check: .usage, what: "cost"),
        Damage(
            testDescription: "usage that was made smaller",
            script: """
                DROP TRIGGER usage_is_not_updated; UPDATE usage SET completion_tokens = 1 WHERE id = 1
                """, check: .charges, what: "used + held"),
        Damage(
            testDescription: "usage that was removed",
            script: """
                DROP TRIGGER usage_is_not_deleted; DELETE FROM usage WHERE id = 1
                """, check: .charges, what: "used + held"),
        Damage(
            testDescription: "a request settled twice",
            script: """
                DROP INDEX usage_by_request;
                CREATE INDEX usage_by_request ON usage (request_id, (id < 0));
                DROP TRIGGER usage_is_not_updated;
                UPDATE usage SET request_id = (SELECT request_id FROM usage WHERE id = 1) WHERE id = 2
                """, check: .usage, what: "settled"),
        Damage(
            testDescription: "a correction of a request that was not reaped",
            script: """
                INSERT INTO usage SELECT -id, request_id, opened_at, ended_at, organization, project, tier, person,
                    api_key, conversation, feature, model, model_asked, model_served, 1, 0, 0, 0, source, prompt_price,
                    completion_price, cached_prompt_price, weight_ppm, cost, outcome, doubtful,
                    cached_prompt_weight_ppm, reasoning_weight_ppm FROM usage WHERE id = 1
                """, check: .usage, what: "corrects"),
        Damage(
            testDescription: "an extra that gave more than it had",
            script: """
                UPDATE account SET used = 1000000 WHERE grant_id IS NOT NULL
                """, check: .grants, what: "taken", mends: true),
        Damage(
            testDescription: "an extra that gave more than was taken",
            script: """
                UPDATE charge SET used = 900 WHERE account IN (SELECT id FROM account WHERE grant_id IS NOT NULL)
                """, check: .charges, what: "given"),
        Damage(
            testDescription: "somebody else's account",
            script: "UPDATE account SET holder = 'eve' WHERE id = 2", check: .charges, what: "counts"),
        Damage(
            testDescription: "a window that had ended",
            script: "UPDATE account SET resets_at = window_start + 1 WHERE id = 2", check: .charges, what: "window"),
        Damage(
            testDescription: "a window that lasts for a year",
            script: "UPDATE account SET resets_at = resets_at + 31536000000 WHERE id = 2", check: .accounts,
            what: "window"),
        Damage(
            testDescription: "windows that overlap",
            script: """
                INSERT INTO account (limit_id, holder, window_start, resets_at)
                SELECT limit_id, holder, window_start + 1000, resets_at + 1000 FROM account WHERE id = 2
                """, check: .accounts, what: "begins"),
        Damage(
            testDescription: "a bucket in a window of its own",
            script: """
                UPDATE account SET window_start = 5
                 WHERE limit_id IN (SELECT id FROM quota_limit WHERE time_window = 'bucket')
                """, check: .accounts, what: "window"),
        Damage(
            testDescription: "an account of no limit",
            script: """
                UPDATE account SET limit_id = 'none' WHERE id = 2
                """, check: .references, what: "names a row of quota_limit"),
        Damage(
            testDescription: "the audit log",
            script: """
                DROP TRIGGER audit_is_not_updated; UPDATE audit SET subject = 'something else' WHERE id = 1
                """, check: .auditLog, what: "chain"),
    ]

    @Test(arguments: derivable)
    func whatCanBeDerivedIsFoundAndMended(_ damage: Damage) async throws {
        let book = try await Self.busyBook()
        try await Self.inflict(damage, on: book)
        let report = try await book.verification.verify(at: .start)
        let result = try #require(report[damage.check])
        #expect(result.differences > 0)
        #expect(result.told.contains { $0.what == damage.what && $0.isReparable }, "\(result.told)")

        let repairs = try await book.verification.repair(at: .start, by: .shell)
        #expect(!repairs.isEmpty)
        let after = try await book.verification.verify(at: .start)
        #expect(after.isClean, "\(after.results.flatMap(\.told))")
        let noted = try await SQLAuditLog(database: book.database, time: StillClock())
            .entries(AuditQuery(action: .ledgerRepaired))
        #expect(!noted.isEmpty)
        #expect(try await book.verification.repair(at: .start, by: .shell) == [])
    }

    @Test(arguments: lasting)
    func whatCannotBeDerivedIsFoundAndUsageIsLeftAlone(_ damage: Damage) async throws {
        let book = try await Self.busyBook()
        try await Self.inflict(damage, on: book)
        let usage = try await Self.usage(of: book)
        for _ in 0..<2 {
            let result = try #require(try await book.verification.verify(at: .start)[damage.check])
            #expect(result.told.contains { $0.what == damage.what && !$0.isReparable }, "\(result.told)")
            if damage.mends { break }
            _ = try await book.verification.repair(at: .start, by: .shell)
        }
        #expect(try await Self.usage(of: book) == usage)
    }

    @Test func aBusyBookIsClean() async throws {
        let book = try await Self.busyBook()
        let report = try await book.verification.verify(at: .start)
        #expect(report.isClean, "\(report.results.flatMap(\.told))")
        #expect(report.results.map(\.check) == VerificationCheck.allCases)
        #expect(report[.usage]?.rows == 9)
        #expect(report[.holds]?.rows == 2)
        #expect(report[.grants]?.rows == 1)
    }

    @Test func anExtraWithoutAnAccountIsGivenOne() async throws {
        let book = try await LedgerFixture()
        try await book.grant(100, until: Timestamp.start.advanced(bySeconds: 60))
        try await book.database.write { try $0.execute("DELETE FROM account") }
        #expect(try await book.verification.verify(at: .start)[.grants]?.told.map(\.what) == ["account"])
        #expect(try await book.verification.repair(at: .start, by: .shell).map(\.part) == [.grants])
        #expect(try await book.pots().map(\.available) == [100])
        #expect(try await book.verification.verify(at: .start).isClean)
    }

    @Test func aLeaseThatHasJustEndedIsOnlyNoted() async throws {
        let book = try await Self.busyBook()
        let report = try await book.verification.verify(at: Timestamp.start.advanced(bySeconds: 90))
        #expect(report.isClean)
        #expect(report[.holds]?.notes.count == 2)
    }

    /// What a priority may take of a limit is taken away while a request holds of it, and comes back.
    @Test(arguments: [false, true])
    func sharesOfPrioritiesMayGoWhileARequestRuns(isBack: Bool) async throws {
        let book = try await LedgerFixture()
        try await book.project(.low)
        let pressure = Pressure(thresholdPartsPerMillion: 0, sharesPartsPerMillion: [.low: 500_000])
        try await book.limit(1000, scope: .organization, subject: "acme", pressure: pressure)
        let path = LedgerFixture.path(project: "low")
        let (id, _) = try await book.held(LedgerFixture.request(prompt: 10, path: path, expecting: 20))
        #expect(try await book.database.read { try $0.rows("SELECT 1 FROM account") }.count == 2)
        let text = try StoredJSON.text(pressure)
        try await book.database.write { try $0.execute("UPDATE quota_limit SET pressure = NULL") }
        _ = try await book.ledger.extend(id, toReply: 60, at: .start)
        #expect(try await book.verification.verify(at: .start).isClean)
        if isBack { try await book.database.write { try $0.execute("UPDATE quota_limit SET pressure = $1", text) } }
        _ = try await book.ledger.extend(id, toReply: 90, at: .start)
        #expect(try await book.verification.verify(at: .start).isClean)
        _ = try await book.ledger.settle(id, as: .finished(prompt: 10, completion: 80), at: .start)
        let report = try await book.verification.verify(at: .start)
        #expect(report.isClean, "\(report.results.flatMap(\.told))")
    }

    @Test func manyDifferencesAreCountedAndTheFirstAreTold() async throws {
        let book = try await Self.busyBook()
        try await book.database.write { session in
            for number in 0..<250 {
                try session.execute("INSERT INTO charge (entry, account, held) VALUES ($1, 1, 0)", 1000 + number)
            }
        }
        let charges = try #require(try await book.verification.verify(at: .start)[.charges])
        #expect(charges.differences == 250)
        #expect(charges.told.count == VerificationResult.mostTold)
    }

    // MARK: The book; its first account is that of the extra

    /// Limits of every kind, requests that were settled, reaped, corrected and released, and two that run.
    static func busyBook() async throws -> LedgerFixture {
        let book = try await LedgerFixture()
        try await book.project(.low)
        try await book.limit(100_000)
        try await book.limit(100_000, .cost, per: .month, scope: .organization, subject: "acme")
        try await book.limit(100_000, .requests, per: .minute)
        try await book.limit(100, .concurrent, per: .lifetime, scope: .person, subject: "ada")
        try await book.limit(
            50_000, .completionTokens, per: .bucket, scope: .model, subject: "small", refill: 1_000_000)
        try await book.limit(
            90_000, per: .week, scope: .organization, subject: "acme", mode: .shadow,
            pressure: Pressure(thresholdPartsPerMillion: 500_000, sharesPartsPerMillion: [.low: 100_000]))
        try await book.grant(150, until: Timestamp.start.advanced(bySeconds: 3600))
        let tariff = Tariff(
            promptNanodollarsPerMillion: 1_500_000, completionNanodollarsPerMillion: 2_000_000,
            weightPartsPerMillion: 1_300_000, reasoningWeightPartsPerMillion: 2_000_000)
        for number in 0..<8 {
            var request = LedgerFixture.request(
                tariff: tariff, path: LedgerFixture.path(project: "low"),
                conversation: ConversationID(rawValue: number % 2 == 0 ? "one" : "two"), expecting: 20)
            request.origin.path.key = APIKeyID(rawValue: "key")
            let (id, _) = try await book.held(request)
            _ = try await book.ledger.extend(id, toReply: 60, at: .start)
            guard number < 6 else { continue }
            _ = try await book.ledger.settle(id, as: .finished(completion: Int64(30 + number), cached: 9), at: .start)
        }
        let (released, _) = try await book.held(LedgerFixture.request(tariff: tariff))
        try await book.ledger.release(released)
        try await book.reapAndCorrect(tariff)
        try await book.database.write { session in
            let trail = AuditTrail(session: session, actor: .program, now: .start)
            try trail.note(.organizationChanged, of: "acme", named: "Acme")
        }
        return book
    }

    /// As a hand would do it: past the store and its rules.
    private static func inflict(_ damage: Damage, on book: LedgerFixture) async throws {
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        #expect(sqlite3_open(book.file.path, &connection) == SQLITE_OK)
        let result = sqlite3_exec(connection, damage.script, nil, nil, nil)
        #expect(result == SQLITE_OK, "\(String(cString: sqlite3_errmsg(connection)))")
    }

    private static func usage(of book: LedgerFixture) async throws -> [[SQLValue]] {
        try await book.database.read { try $0.rows("SELECT * FROM usage ORDER BY id").map(\.values) }
    }
}

extension LedgerFixture {
    var verification: SQLVerification { SQLVerification(database: database) }

    /// Two requests whose worker seems gone; one of them comes back with more than was known.
    fileprivate func reapAndCorrect(_ tariff: Tariff) async throws {
        let earlier = Timestamp.start.advanced(bySeconds: -61)
        for isCorrected in [true, false] {
            let (id, _) = try await held(LedgerFixture.request(tariff: tariff, at: earlier))
            _ = try await ledger.refresh([HoldProgress(requestID: id, streamedTokens: 7)], leaseUntil: earlier)
            _ = try await ledger.reap(at: .start)
            if isCorrected { _ = try await ledger.settle(id, as: .finished(prompt: 120, cached: 90), at: .start) }
        }
    }
}
