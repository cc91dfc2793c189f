import Core

extension SQLPeople {
    func find(_ query: PeopleQuery) async throws -> FoundPeople {
        try await database.read { [now = time.now()] session in
            var filter = SQLFilter()
            filter.require(query.tier) { "tier = \($0)" }
            filter.require(query.isAdmin) { "is_admin = \($0)" }
            filter.require(query.isDisabled) { "is_disabled = \($0)" }
            for pattern in query.text.searchPatterns {
                filter.require(pattern) { #"search_text LIKE \#($0) ESCAPE '\'"# }
            }
            let total: Int = try session.rows(
                "SELECT COUNT(*) AS total FROM person \(filter.clause)", with: filter.arguments)[0]["total"]
            return FoundPeople(rows: try session.rows(of: query, filter, at: now), total: total)
        }
    }
}

extension SQLSession {
    fileprivate func rows(of query: PeopleQuery, _ filter: SQLFilter, at now: Timestamp) throws -> [FoundPeople.Row] {
        let monthStart = try start(of: .month, containing: now)
        var filter = filter
        let order = query.sort.expression { filter.bind(monthStart) }
        let size = filter.bind(query.pageSize.asLimit)
        let skipped = filter.bind(min(max(1, query.page) - 1, 1_000_000) * query.pageSize.asLimit)
        let people = try rows(
            """
            SELECT * FROM person \(filter.clause)
            ORDER BY \(order) \(query.isDescending ? "DESC" : "ASC"), id LIMIT \(size) OFFSET \(skipped)
            """, with: filter.arguments
        ).map(Person.init)
        return try people.map { FoundPeople.Row(person: $0, tokensThisMonth: try tokens(of: $0.id, since: monthStart)) }
    }

    private func tokens(of person: PersonID, since start: Timestamp) throws -> Int64 {
        try onlyRow(
            """
            SELECT COALESCE(SUM(prompt_tokens + completion_tokens), 0) AS tokens
            FROM usage_slot WHERE person = $1 AND slot >= $2
            """, person, start)["tokens"]
    }
}

extension PeopleQuery.Sort {
    fileprivate func expression(monthStart: () -> String) -> String {
        switch self {
        case .name: "sort_name"
        case .email: "email"
        case .created: "created_at"
        case .usage:
            """
            COALESCE((SELECT SUM(prompt_tokens + completion_tokens) FROM usage_slot
                WHERE usage_slot.person = person.id AND slot >= \(monthStart())), 0)
            """
        }
    }
}
