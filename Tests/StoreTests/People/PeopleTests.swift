import Core
import Testing

@testable import Store

struct PeopleTests {
    let temporary: TemporaryStore
    var people: any People { temporary.store.people }

    init() async throws {
        temporary = try await TemporaryStore()
    }

    @Test func addressesAreKeptInOneForm() async throws {
        let person = try await temporary.addPerson("  Grace.Hopper@Example.ORG ")
        #expect(person.email.rawValue == "grace.hopper@example.org")
        #expect(person.displayName == "grace.hopper@example.org")
        #expect(try await people.person(with: person.email) == person)
        let composed = try await temporary.addPerson("andr\u{e9}@example.org")
        await #expect(throws: Flaws([Flaw("email", .taken)])) {
            try await temporary.addPerson("andre\u{301}@example.org")
        }
        #expect(EmailAddress(rawValue: "Andre\u{301}@example.org") == composed.email)
    }

    @Test(arguments: [
        "", "x", "@x", "x@", "a@b@c", "a b@c", "a@b\u{0}", "a@b\nc", String(repeating: "x", count: 250) + "@y.zz",
    ])
    func whatIsNoAddressIsRefused(email: String) async throws {
        await #expect(throws: Flaws([Flaw("email", .malformed)])) { try await temporary.addPerson(email) }
    }

    @Test func addressOfAnotherPersonIsTaken() async throws {
        await #expect(throws: Flaws([Flaw("email", .taken)])) { try await temporary.addPerson("ADMIN@example.org") }
    }

    @Test func tierThatIsRetiredOrUnknownTakesNobody() async throws {
        try await temporary.store.tiers.setRetired(true, temporary.standard.id, by: temporary.actor)
        await #expect(throws: Flaws([Flaw("tier", .unknown)])) { try await temporary.addPerson("a@example.org") }
        await #expect(throws: Flaws([Flaw("tier", .unknown)])) {
            try await people.move([temporary.admin.id], to: .random(), by: temporary.actor)
        }
    }

    @Test func personInARetiredTierCanStillBeEdited() async throws {
        try await temporary.store.tiers.setRetired(true, temporary.standard.id, by: temporary.actor)
        let draft = Person.Draft(
            email: "admin@example.org", displayName: "Ada L.", tier: temporary.standard.id, isAdmin: true)
        let changed = try await people.change(temporary.admin.id, to: draft, by: temporary.actor)
        #expect(changed.displayName == "Ada L.")
    }

    @Test func lastAdminCanNeitherBeDisabledNorDemoted() async throws {
        let admin = temporary.admin
        await #expect(throws: Flaws([Flaw("isAdmin", .lastAdmin)])) {
            try await people.setDisabled(true, admin.id, by: temporary.actor)
        }
        let draft = Person.Draft(email: admin.email.rawValue, tier: admin.tier, isAdmin: false)
        await #expect(throws: Flaws([Flaw("isAdmin", .lastAdmin)])) {
            try await people.change(admin.id, to: draft, by: temporary.actor)
        }
        _ = try await temporary.addPerson("second@example.org", isAdmin: true)
        try await people.setDisabled(true, admin.id, by: temporary.actor)
        #expect(try await people.person(admin.id)?.isDisabled == true)
    }

    @Test func movingManyIsAllOrNobody() async throws {
        let one = try await temporary.addPerson("one@example.org")
        let other = try await temporary.store.tiers.duplicate(temporary.standard.id, by: temporary.actor)
        await #expect(throws: NotFound()) {
            try await people.move([one.id, .random()], to: other.id, by: temporary.actor)
        }
        #expect(try await people.person(one.id)?.tier == temporary.standard.id)
        try await people.move([one.id, temporary.admin.id], to: other.id, by: temporary.actor)
        #expect(try await people.find(PeopleQuery(tier: other.id)).total == 2)
    }

    @Test func credentialNeedsAPassword() async throws {
        #expect(try await people.credential(for: temporary.admin.email) == nil)
        let person = try await temporary.addPerson("p@example.org")
        let credential = try #require(try await people.credential(for: person.email))
        #expect(credential == Credential(person: person, passwordHash: "hash"))
    }

    @Test func strongerHashDoesNotUndoANewPassword() async throws {
        let person = try await temporary.addPerson("p@example.org")
        let old = Credential(person: person, passwordHash: "hash")
        try await people.setPassword(hash: "new", of: person.id, ending: .all, by: .person(person.id))
        try await people.strengthen(old, to: "stronger")
        #expect(try await people.credential(for: person.email)?.passwordHash == "new")
        try await people.strengthen(Credential(person: person, passwordHash: "new"), to: "stronger")
        #expect(try await people.credential(for: person.email)?.passwordHash == "stronger")
    }

    @Test func preferencesAreCheckedAndKept() async throws {
        let wanted = Person.Preferences(displayName: "Ada", timeZone: "Europe/Berlin", locale: "de-AT")
        let person = try await people.setPreferences(wanted, of: temporary.admin.id)
        #expect((person.timeZone, person.locale) == ("Europe/Berlin", "de-AT"))
        let wrong = Person.Preferences(displayName: "", timeZone: "Moon/Base", locale: nil)
        await #expect(throws: Flaws([Flaw("displayName", .missing), Flaw("timeZone", .unknown)])) {
            try await people.setPreferences(wrong, of: temporary.admin.id)
        }
    }

    // MARK: Finding

    @Test func searchFindsWordsInNameAndAddressInAnyCaseAndAccent() async throws {
        for (email, name) in [("rene@example.org", "René Müller"), ("m@muller.example", "Maria"), ("x@y.zz", "100%")] {
            _ = try await people.add(
                Person.Draft(email: email, displayName: name, tier: temporary.standard.id), passwordHash: nil,
                by: .shell)
        }
        #expect(try await found("muller") == ["m@muller.example", "rene@example.org"])
        #expect(try await found("RENE example") == ["rene@example.org"])
        #expect(try await found("%") == ["x@y.zz"])
        #expect(try await found("_").isEmpty)
    }

    @Test func listIsFilteredSortedAndPaged() async throws {
        for number in 1...5 { _ = try await temporary.addPerson("p\(number)@example.org") }
        try await people.setDisabled(true, try await person("p3").id, by: temporary.actor)
        var query = PeopleQuery(
            isAdmin: false, isDisabled: false, sort: .email, isDescending: true, page: 2, pageSize: 3)
        let page = try await people.find(query)
        #expect(page.rows.map(\.person.email.rawValue) == ["p1@example.org"])
        #expect(page.total == 4)
        for page in [0, -7] {
            query.page = page
            #expect(try await people.find(query).rows.count == 3)
        }
        query.page = .max
        query.pageSize = .max
        #expect(try await people.find(query).rows.isEmpty)
    }

    @Test func manyAreFoundByWhoTheyAre() async throws {
        let person = try await temporary.addPerson("p@example.org")
        let found = try await people.people([person.id, temporary.admin.id, .random()])
        #expect(Set(found) == [person, temporary.admin])
    }

    @Test func usageOfThisMonthIsShownAndSortedBy() async throws {
        let thrifty = try await temporary.addPerson("thrifty@example.org")
        let greedy = try await temporary.addPerson("greedy@example.org")
        try await use(5, by: thrifty, at: .start)
        try await use(900, by: thrifty, at: Timestamp.start.advanced(bySeconds: -40 * 86_400))
        try await use(60, by: greedy, at: .start)
        let rows = try await people.find(PeopleQuery(sort: .usage, isDescending: true)).rows
        #expect(rows.map(\.tokensThisMonth) == [60, 5, 0])
        #expect(rows.first?.person == greedy)
    }

    @Test(arguments: hostileTexts) func anyNameReturnsAsItWent(text: String) async throws {
        let draft = Person.Draft(email: "x@example.org", displayName: text, tier: temporary.standard.id)
        let person = try await people.add(draft, passwordHash: nil, by: temporary.actor)
        #expect(try await people.person(person.id)?.displayName == text)
        #expect(try await found(text).contains("x@example.org"))
        #expect(try await temporary.store.auditLog.verify() == .intact(entries: 3))
    }

    private func found(_ text: String) async throws -> [String] {
        try await people.find(PeopleQuery(text: text, sort: .email)).rows.map(\.person.email.rawValue)
    }

    private func person(_ name: String) async throws -> Person {
        try #require(try await people.find(PeopleQuery(text: name)).rows.first?.person)
    }

    private func use(_ tokens: Int64, by person: Person, at moment: Timestamp) async throws {
        try await temporary.execute(
            """
            INSERT INTO usage_slot (organization, person, model, slot, requests, prompt_tokens, completion_tokens,
                cached_prompt_tokens, reasoning_tokens, cost)
            VALUES ('\(person.organization)', '\(person.id)', 'm', \(moment.milliseconds), 1, \(tokens), 0, 0, 0, 0)
            """)
    }
}
