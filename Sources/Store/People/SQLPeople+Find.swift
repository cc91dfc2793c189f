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
        var filter = filter
        let monthStart = filter.bind(try start(of: .month, containing: now))
        let size = filter.bind(query.pageSize.asLimit)
        let skipped = filter.bind(min(max(1, query.page) - 1, 1_000_000) * query.pageSize.asLimit)
        let direction = query.isDescending ? "DESC" : "ASC"
        let found = try rows(
            """
            SELECT person.*, COALESCE(month.tokens, 0) AS month_tokens
            FROM person LEFT JOIN (
                SELECT person, SUM(prompt_tokens + completion_tokens) AS tokens
                FROM usage_slot WHERE slot >= \(monthStart) GROUP BY person
            ) AS month ON month.person = person.id
            \(filter.clause)
            ORDER BY \(query.sort.column) \(direction), person.id LIMIT \(size) OFFSET \(skipped)
            """, with: filter.arguments)
        return try found.map { FoundPeople.Row(person: try Person($0), tokensThisMonth: try $0["month_tokens"]) }
    }
}

extension PeopleQuery.Sort {
    fileprivate var column: String {
        switch self {
        case .name: "sort_name"
        case .email: "email"
        case .created: "created_at"
        case .usage: "month_tokens"
        }
    }
}
