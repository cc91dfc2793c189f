import Core

extension Person {
    init(_ row: SQLRow) throws {
        guard let email = EmailAddress(rawValue: try row["email"]) else {
            throw StoreFailure.other(detail: "person.email is no address")
        }
        self.init(
            id: try row["id"], organization: try row["organization"], tier: try row["tier"], email: email,
            displayName: try row["display_name"], isAdmin: try row["is_admin"], isDisabled: try row["is_disabled"],
            timeZone: try row["time_zone"], locale: try row["locale"], createdAt: try row["created_at"])
    }

    fileprivate var canAdminister: Bool { isAdmin && !isDisabled }

    fileprivate var searchText: String { (displayName + "\n" + email.rawValue).searchable }
}

extension Person.Draft {
    var emailAddress: EmailAddress {
        get throws {
            guard let address = EmailAddress(rawValue: email) else { throw Flaws([Flaw("email", .malformed)]) }
            return address
        }
    }

    var shownName: String {
        get throws { try displayName.isEmpty ? emailAddress.rawValue : displayName }
    }
}

extension SQLSession {
    /// - Throws: `NotFound`.
    func person(_ id: PersonID) throws -> Person {
        guard let row = try row("SELECT * FROM person WHERE id = $1", id) else { throw NotFound() }
        return try Person(row)
    }

    func insert(_ draft: Person.Draft, passwordHash: String?, at now: Timestamp) throws -> Person {
        try check(draft, of: nil, in: nil)
        let person = Person(
            organization: try organization().id, tier: draft.tier, email: try draft.emailAddress,
            displayName: try draft.shownName, isAdmin: draft.isAdmin, createdAt: now)
        try execute(
            """
            INSERT INTO person (id, organization, tier, email, display_name, search_text, sort_name, password_hash,
                is_admin, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            person.id, person.organization, person.tier, person.email.rawValue, person.displayName, person.searchText,
            person.displayName.searchable, passwordHash, person.isAdmin, now)
        return person
    }

    func update(_ person: Person) throws {
        try execute(
            """
            UPDATE person SET tier = $2, email = $3, display_name = $4, search_text = $5, sort_name = $6, is_admin = $7,
                is_disabled = $8, time_zone = $9, locale = $10
            WHERE id = $1
            """,
            person.id, person.tier, person.email.rawValue, person.displayName, person.searchText,
            person.displayName.searchable, person.isAdmin, person.isDisabled, person.timeZone, person.locale)
    }

    /// - Throws: `Flaws` when another person has the address, or the tier takes nobody new.
    func check(_ draft: Person.Draft, of person: PersonID?, in currentTier: TierID?) throws {
        var flaws: [Flaw] = []
        let namesake = try row("SELECT id FROM person WHERE email = $1", draft.emailAddress.rawValue)
        if let namesake, try namesake["id"] != person { flaws.append(Flaw("email", .taken)) }
        if try draft.tier != currentTier && !isOpenTier(draft.tier) { flaws.append(Flaw("tier", .unknown)) }
        try Flaws(flaws).throwIfAny()
    }

    func requireOpenTier(_ tier: TierID) throws {
        if try !isOpenTier(tier) { throw Flaws([Flaw("tier", .unknown)]) }
    }

    private func isOpenTier(_ tier: TierID) throws -> Bool {
        try row("SELECT id FROM tier WHERE id = $1 AND is_retired = 0", tier) != nil
    }

    /// True when somebody can sign in and administer.
    func hasAdmin() throws -> Bool {
        try row("SELECT id FROM person WHERE is_admin = 1 AND is_disabled = 0 LIMIT 1") != nil
    }

    /// - Throws: `Flaws` when the change that was just made took the last admin away.
    func keepAnAdmin(after change: (before: Person, after: Person)) throws {
        guard change.before.canAdminister && !change.after.canAdminister else { return }
        if try !hasAdmin() { throw Flaws([Flaw("isAdmin", .lastAdmin)]) }
    }

    /// Ends the link with which the person could have chosen one.
    func setPassword(
        hash: String, of person: Person, ending sessions: EndedSessions, by actor: Actor, at now: Timestamp
    ) throws {
        try execute("UPDATE person SET password_hash = $2 WHERE id = $1", person.id, hash)
        try end(sessions, of: person.id)
        try endInvitation(of: person.id)
        try AuditTrail(session: self, actor: actor, now: now)
            .note(.passwordSet, of: person.id.rawValue, named: person.email.rawValue)
    }

    private func end(_ sessions: EndedSessions, of person: PersonID) throws {
        switch sessions {
        case .all: try endSessions(of: person)
        case .allBut(let kept): try endSessions(of: person, except: kept)
        case .only(let session):
            try execute("DELETE FROM session WHERE person = $1 AND id = $2", person, session)
        }
    }

    func endSessions(of person: PersonID, except kept: SessionID? = nil) throws {
        try execute("DELETE FROM session WHERE person = $1 AND id <> $2", person, kept?.rawValue ?? "")
    }
}
