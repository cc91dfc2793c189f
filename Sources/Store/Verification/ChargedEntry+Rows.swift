import Core

/// Reading entries with their charges: one row for each charge, or one without.
extension LedgerVerifier {
    /// Settled requests in the order of their numbers.
    ///
    /// - Parameters:
    ///   - condition: on a row of `usage e`.
    ///   - begin: is shown the first row of each entry.
    ///   - body: is shown the entry with its charges.
    func scanSettled(
        where condition: String, _ arguments: any SQLRepresentable...,
        begin: (any SQLCells, ChargedEntry) throws -> Void = { _, _ in },
        each body: (ChargedEntry) throws -> Void
    ) throws {
        var reader = EntryReader(rules: rules, key: key)
        try session.scan(
            """
            SELECT \(EntryColumns.selection), \(UsageColumns.selection)
              FROM usage e \(EntryColumns.charges) WHERE e.id > 0 AND \(condition) ORDER BY e.id
            """, with: arguments.map(\.sqlValue)
        ) { row in
            if reader.isNext(row) {
                try reader.end(body)
                let entry = try settledEntry(row)
                try begin(row, entry)
                reader.begin(entry)
            }
            reader.add(row)
        }
        try reader.end(body)
    }

    /// Running requests.
    func scanHeld(
        where condition: String, _ arguments: any SQLRepresentable..., each body: (ChargedEntry) throws -> Void
    ) throws {
        var reader = EntryReader(rules: rules, key: key)
        try session.scan(
            """
            SELECT \(EntryColumns.selection), e.prompt_tokens, e.held_reply
              FROM hold e \(EntryColumns.charges) WHERE \(condition) ORDER BY e.id
            """, with: arguments.map(\.sqlValue)
        ) { row in
            if reader.isNext(row) {
                try reader.end(body)
                let measure = ChargedEntry.Measure.held(
                    prompt: row.count(EntryColumns.count), reply: row.count(EntryColumns.count + 1))
                reader.begin(ChargedEntry(row, measure, key))
            }
            reader.add(row)
        }
        try reader.end(body)
    }

    private func settledEntry(_ row: any SQLCells) throws -> ChargedEntry {
        let used = Usage(row, from: UsageColumns.tokens)
        let isReaped = row.text(UsageColumns.outcome) == Outcome.expired.rawValue
        let whole = isReaped ? try session.corrected(used, ofEntry: row.count(0)) : used
        return ChargedEntry(row, .used(used, whole: whole), cost: row.count(UsageColumns.cost), key)
    }
}

enum EntryColumns {
    /// The columns of an entry `e`, a row of `usage` or `hold`, with its charges.
    static let selection = """
        e.id, e.opened_at, e.organization, e.project, e.tier, e.person, e.api_key, e.model, e.prompt_price,
        e.completion_price, e.cached_prompt_price, e.weight_ppm, e.cached_prompt_weight_ppm, e.reasoning_weight_ppm,
        c.account, c.held, c.used, COALESCE(a.limit_id, a.grant_id), a.holder, a.resets_at
        """
    static let charges = "LEFT JOIN charge c ON c.entry = e.id LEFT JOIN account a ON a.id = c.account"
    /// The first column after these.
    static let count = 20
}

/// The columns of `usage e` after those of an entry.
enum UsageColumns {
    static let selection = """
        e.prompt_tokens, e.completion_tokens, e.cached_prompt_tokens, e.reasoning_tokens, e.cost, e.outcome,
        e.conversation, e.request_id
        """
    static let tokens = EntryColumns.count
    static let cost = tokens + 4
    static let outcome = tokens + 5
    static let conversation = tokens + 6
    static let request = tokens + 7
    static let count = tokens + 8
}

/// Puts the rows of an entry together.
private struct EntryReader {
    let rules: [Digest: CountingRule]
    let key: Digest.Key
    private var entry: ChargedEntry?

    init(rules: [Digest: CountingRule], key: Digest.Key) {
        self.rules = rules
        self.key = key
    }

    func isNext(_ row: any SQLCells) -> Bool { entry?.id != row.count(0) }

    mutating func begin(_ entry: ChargedEntry) { self.entry = entry }

    mutating func add(_ row: any SQLCells) { entry?.add(row, rules, key) }

    mutating func end(_ body: (ChargedEntry) throws -> Void) throws {
        if let entry { try body(entry) }
        entry = nil
    }
}

extension ChargedEntry {
    /// - Parameter cost: what is stored of it, where it is settled.
    init(_ row: any SQLCells, _ measure: Measure, cost: Int64? = nil, _ key: Digest.Key) {
        let tariff = Tariff(row)
        var isSound = true
        if case .used(let used, _) = measure, let cost { isSound = cost == tariff.cost(of: used) }
        self.init(
            id: row.count(0), openedAt: row.count(1), names: EntryNames(row, key), tariff: tariff, measure: measure,
            isSound: isSound)
    }

    /// Adds the row's charge, where it has one.
    fileprivate mutating func add(_ row: any SQLCells, _ rules: [Digest: CountingRule], _ key: Digest.Key) {
        guard let account = row.number(14) else { return }
        let rule = rules[row.digest(17, key)]
        charges.append(
            Charge(
                account: account, amounts: Amounts(held: row.count(15), used: row.count(16)), rule: rule,
                isOfItsHolder: rule.map { isOfItsHolder(row, $0, key) } ?? false, resetsAt: row.number(19)))
    }

    private func isOfItsHolder(_ row: any SQLCells, _ rule: CountingRule, _ key: Digest.Key) -> Bool {
        guard let holder = rule.holder(of: names) else { return false }
        if row.digest(18, key) == holder { return true }
        // The share of one priority is counted beside the whole.
        guard let parts = row.text(18)?.split(separator: "#", maxSplits: 1), parts.count == 2 else { return false }
        return Digest(String(parts[0]), key) == holder && Priority(rawValue: String(parts[1])) != nil
    }
}

extension EntryNames {
    fileprivate init(_ row: any SQLCells, _ key: Digest.Key) {
        self.init(
            organization: row.digest(2, key), project: row.digest(3, key), tier: row.digest(4, key),
            person: row.digest(5, key), key: row.digest(6, key), model: row.digest(7, key))
    }
}

extension Tariff {
    fileprivate init(_ row: any SQLCells) {
        self.init(
            promptNanodollarsPerMillion: row.count(8), completionNanodollarsPerMillion: row.count(9),
            cachedPromptNanodollarsPerMillion: row.number(10), weightPartsPerMillion: row.count(11),
            cachedPromptWeightPartsPerMillion: row.number(12), reasoningWeightPartsPerMillion: row.number(13))
    }
}

extension Usage {
    /// - Parameter first: the column of the prompt tokens; the others follow.
    init(_ row: any SQLCells, from first: Int) {
        self.init(
            promptTokens: row.count(first), completionTokens: row.count(first + 1),
            cachedPromptTokens: row.count(first + 2), reasoningTokens: row.count(first + 3), source: .counted)
    }
}

extension SQLSession {
    /// What a reaped request used with its correction; the same when it has none.
    fileprivate func corrected(_ used: Usage, ofEntry id: Int64) throws -> Usage {
        var whole = used
        try scan(
            """
            SELECT prompt_tokens, completion_tokens, cached_prompt_tokens, reasoning_tokens FROM usage WHERE id = $1
            """, -id
        ) { whole = used.adding(Usage($0, from: 0)) }
        return whole
    }
}
