import Core

/// A table of sums of `usage`, and what its rows are called by.
struct Rollup: Sendable {
    struct Key: Sendable {
        let column: String
        /// The same of a row of `usage u`.
        let source: String
    }

    let check: VerificationCheck
    let part: LedgerRepair.Part
    let table: String
    let keys: [Key]
    /// Which rows of `usage u` it sums.
    let condition: String
    /// Other columns, with what they are made of.
    let others: [Key]

    static let all: [Rollup] = [.slots, .conversations, .keys]

    private static let slot = Key(column: "slot", source: "u.opened_at - (u.opened_at % 900000 + 900000) % 900000")

    static let slots = Rollup(
        check: .usageSlots, part: .usageSlots, table: "usage_slot",
        keys: [
            Key(column: "person", source: "u.person"), slot, Key(column: "model", source: "u.model"),
            Key(column: "organization", source: "u.organization"),
        ],
        condition: "1 = 1", others: [])

    static let conversations = Rollup(
        check: .conversationUsage, part: .conversationUsage, table: "conversation_usage",
        keys: [Key(column: "conversation", source: "u.conversation"), Key(column: "person", source: "u.person")],
        condition: "u.conversation IS NOT NULL",
        others: [Key(column: "latest_at", source: "MAX(u.opened_at)")])

    static let keys = Rollup(
        check: .keyUsageSlots, part: .keyUsageSlots, table: "key_usage_slot",
        keys: [
            Key(column: "organization", source: "u.organization"), slot,
            Key(column: "api_key", source: "u.api_key"), Key(column: "project", source: "COALESCE(u.project, '')"),
        ],
        condition: "u.api_key IS NOT NULL", others: [])

    // MARK: SQL

    private static let sums = [
        "requests", "prompt_tokens", "completion_tokens", "cached_prompt_tokens", "reasoning_tokens", "cost",
    ]

    private var columns: [String] { keys.map(\.column) + others.map(\.column) }

    /// What the table has to be: its keys, its other columns, and its sums. A correction is no request of its own.
    private func derivation(where more: String) -> String {
        let named = (keys + others).map { "\($0.source) AS \($0.column)" }
        let sums = Self.sums.dropFirst().map { "SUM(u.\($0)) AS \($0)" }
        let selected = named + ["SUM(CASE WHEN u.id > 0 THEN 1 ELSE 0 END) AS requests"] + sums
        let grouped = (1...keys.count).map(String.init).joined(separator: ", ")
        return """
            SELECT \(selected.joined(separator: ", ")) FROM usage u
             WHERE \(condition) AND \(more) GROUP BY \(grouped)
            """
    }

    /// The sums of one row as a text, such as `3 requests, 300 + 150 tokens (0 cached, 0 reasoning), 0 nanodollars`.
    private static let figures = """
        requests || ' requests, ' || prompt_tokens || ' + ' || completion_tokens || ' tokens (' || cached_prompt_tokens
            || ' cached, ' || reasoning_tokens || ' reasoning), ' || cost || ' nanodollars'
        """

    /// The rows that are not what they have to be: their keys, what is stored, and what it has to be; NULL for none. Of
    /// each key there is one row that is stored and one that is derived: sorting both finds them in no time, where SQLite
    /// would do a full join row by row.
    var differences: String {
        let names = keys.map(\.column).joined(separator: ", ")
        let compared = others.map(\.column) + Self.sums
        let unequal = compared.map { "MIN(\($0)) <> MAX(\($0))" }.joined(separator: " OR ")
        let all = (keys.map(\.column) + compared).joined(separator: ", ")
        return """
            SELECT \(names), MAX(CASE WHEN is_stored THEN figures END), MAX(CASE WHEN NOT is_stored THEN figures END)
              FROM (SELECT *, \(Self.figures) AS figures
                      FROM (SELECT \(all), 1 AS is_stored FROM \(table)
                            UNION ALL SELECT \(all), 0 FROM (\(derivation(where: "1 = 1")))))
             GROUP BY \(names) HAVING COUNT(*) <> 2 OR \(unequal)
            """
    }

    /// Removes rows by their keys.
    func removal(of count: Int) -> String {
        "DELETE FROM \(table) WHERE (\(keys.map(\.column).joined(separator: ", "))) IN (VALUES \(tuples(count)))"
    }

    /// Derives rows by their keys, those of which there is usage. One that stands under another organization goes.
    func insertion(of count: Int) -> String {
        let sources = keys.map(\.source).joined(separator: ", ")
        return """
            INSERT OR REPLACE INTO \(table) (\((columns + Self.sums).joined(separator: ", ")))
            \(derivation(where: "(\(sources)) IN (VALUES \(tuples(count)))"))
            """
    }

    /// `($1, $2), ($3, $4)`
    private func tuples(_ count: Int) -> String {
        (0..<count).map { row in
            "(" + keys.indices.map { "$\(row * keys.count + $0 + 1)" }.joined(separator: ", ") + ")"
        }.joined(separator: ", ")
    }
}
