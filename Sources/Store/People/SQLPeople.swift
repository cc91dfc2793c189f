import Core

struct SQLPeople: People {
    let database: any SQLDatabase
    let time: any TimeSource

    func person(_ id: PersonID) async throws -> Person? {
        try await database.read { session in
            try session.row("SELECT * FROM person WHERE id = $1", id).map(Person.init)
        }
    }

    func person(with email: EmailAddress) async throws -> Person? {
        try await database.read { session in
            try session.row("SELECT * FROM person WHERE email = $1", email.rawValue).map(Person.init)
        }
    }

    func people(_ ids: Set<PersonID>) async throws -> [Person] {
        try await database.read { session in
            try ids.compactMap { try session.row("SELECT * FROM person WHERE id = $1", $0).map(Person.init) }
        }
    }

    func credential(for email: EmailAddress) async throws -> Credential? {
        try await database.read { session in
            let row = try session.row(
                "SELECT * FROM person WHERE email = $1 AND password_hash IS NOT NULL", email.rawValue)
            return try row.map { Credential(person: try Person($0), passwordHash: try $0["password_hash"]) }
        }
    }

    func add(_ draft: Person.Draft, passwordHash: String?, by actor: Actor) async throws -> Person {
        try draft.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            let person = try session.insert(draft, passwordHash: passwordHash, at: now)
            try AuditTrail(session: session, actor: actor, now: now).note(.personAdded, of: person, before: nil)
            return person
        }
    }

    func change(_ id: PersonID, to draft: Person.Draft, by actor: Actor) async throws -> Person {
        try draft.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            let before = try session.person(id)
            let after = try before.changed(to: draft)
            try session.check(draft, of: id, in: before.tier)
            try session.update(after)
            try session.keepAnAdmin(after: (before, after))
            if before.isAdmin != after.isAdmin { try session.endSessions(of: id) }
            if before.email != after.email { try session.endInvitation(of: id) }
            try AuditTrail(session: session, actor: actor, now: now).note(.personChanged, of: after, before: before)
            return after
        }
    }

    func move(_ people: [PersonID], to tier: TierID, by actor: Actor) async throws {
        try await database.write { [now = time.now()] session in
            let trail = AuditTrail(session: session, actor: actor, now: now)
            for id in Set(people) {
                let before = try session.person(id)
                guard before.tier != tier else { continue }
                try session.requireOpenTier(tier)
                var after = before
                after.tier = tier
                try session.update(after)
                try trail.note(.personChanged, of: after, before: before)
            }
        }
    }

    func setDisabled(_ isDisabled: Bool, _ id: PersonID, by actor: Actor) async throws {
        try await database.write { [now = time.now()] session in
            let before = try session.person(id)
            guard before.isDisabled != isDisabled else { return }
            var after = before
            after.isDisabled = isDisabled
            try session.update(after)
            try session.keepAnAdmin(after: (before, after))
            try session.endSessions(of: id)
            try session.endInvitation(of: id)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(isDisabled ? .personDisabled : .personEnabled, of: after, before: before)
        }
    }

    func setPreferences(_ preferences: Person.Preferences, of id: PersonID) async throws -> Person {
        try preferences.flaws.throwIfAny()
        return try await database.write { session in
            var person = try session.person(id)
            person.displayName = preferences.displayName
            person.timeZone = preferences.timeZone
            person.locale = preferences.locale
            try session.update(person)
            return person
        }
    }

    func setPassword(
        hash: String, of id: PersonID, ending sessions: EndedSessions, by actor: Actor
    ) async throws {
        try await database.write { [now = time.now()] session in
            try session.setPassword(
                hash: hash, of: try session.person(id), ending: sessions, by: actor, at: now)
        }
    }

    func strengthen(_ credential: Credential, to hash: String) async throws {
        try await database.write { session in
            try session.execute(
                "UPDATE person SET password_hash = $3 WHERE id = $1 AND password_hash = $2", credential.person.id,
                credential.passwordHash, hash)
        }
    }
}

extension AuditTrail {
    func note(_ action: AuditAction, of person: Person, before: Person?) throws {
        try note(action, of: person.id.rawValue, named: person.email.rawValue, before: before, after: person)
    }
}

extension Person {
    fileprivate func changed(to draft: Draft) throws -> Person {
        var changed = self
        changed.email = try draft.emailAddress
        changed.displayName = try draft.shownName
        changed.tier = draft.tier
        changed.isAdmin = draft.isAdmin
        return changed
    }
}
