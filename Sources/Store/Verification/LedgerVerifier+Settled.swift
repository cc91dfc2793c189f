import Core

extension LedgerVerifier {
    /// Reads all usage with its charges, once.
    func settled() throws -> UsagePass {
        var pass = UsagePass(self, total: try session.onlyRow("SELECT COUNT(*) AS rows FROM usage")["rows"])
        try scanSettled(where: "1 = 1") { row, entry in
            try pass.add(row, entry)
        } each: { entry in
            try compare(entry, &pass.charges)
        }
        try corrections(&pass)
        try duplicates(&pass)
        return pass
    }

    /// Each adds to a request that was reaped.
    private func corrections(_ pass: inout UsagePass) throws {
        try session.scan(
            """
            SELECT \(EntryColumns.selection), \(UsageColumns.selection), u.prompt_tokens, u.completion_tokens,
                   u.cached_prompt_tokens, u.reasoning_tokens, u.cost,
                   u.request_id = e.request_id AND u.outcome = 'expired'
              FROM usage e LEFT JOIN usage u ON u.id = -e.id \(EntryColumns.charges) WHERE e.id <= 0 ORDER BY e.id
            """
        ) { row in try pass.addCorrection(row) }
    }

    /// The index that shows it is compared with the table first: each of its request ids, and no other.
    private func duplicates(_ pass: inout UsagePass) throws {
        var indexed = Sketch()
        var previous: (request: Digest, isCorrection: Int64) = (.nothing, 0)
        try session.scan("SELECT request_id, id < 0 FROM usage ORDER BY request_id, (id < 0)") { row in
            let current = (request: row.digest(0, key), isCorrection: row.count(1))
            indexed.add(current.request)
            if current == previous {
                pass.usage.differ(
                    "request \(row.text(0) ?? "")", "settled", stored: "more than once", expected: "once",
                    isReparable: false)
            }
            previous = current
        }
        guard indexed != pass.requests else { return }
        pass.usage.differ(
            "usage_by_request", "index", stored: "not what the table has", expected: "every request",
            isReparable: false)
    }
}

/// What is gathered while usage is read.
struct UsagePass {
    var usage = Tally(.usage)
    var charges = Tally(.charges)
    private(set) var sums = UsageSketches()
    /// Every request of the table.
    private(set) var requests = Sketch()
    private let verifier: LedgerVerifier
    private let total: Int64

    init(_ verifier: LedgerVerifier, total: Int64) {
        self.verifier = verifier
        self.total = total
    }

    mutating func add(_ row: any SQLCells, _ entry: ChargedEntry) throws {
        guard case .used(let used, _) = entry.measure else { return }
        count(row, entry, used, requests: 1)
        try compareCost(row, entry, expected: entry.tariff.cost(of: used))
    }

    mutating func addCorrection(_ row: any SQLCells) throws {
        let more = Usage(row, from: UsageColumns.tokens)
        let entry = ChargedEntry(row, .used(more, whole: more), verifier.key)
        count(row, entry, more, requests: 0)
        let session = verifier.session
        guard row.number(UsageColumns.count + 5) == 1 else {
            return try usage.differ(
                session.name(ofEntry: entry.id), "corrects", stored: "no reaped request",
                expected: "request \(-entry.id)", isReparable: false)
        }
        let whole = Usage(row, from: UsageColumns.count).adding(more)
        try compareCost(
            row, entry, expected: max(0, entry.tariff.cost(of: whole) - row.count(UsageColumns.count + 4)))
    }

    private mutating func count(_ row: any SQLCells, _ entry: ChargedEntry, _ used: Usage, requests: Int64) {
        let key = verifier.key
        self.requests.add(row.digest(UsageColumns.request, key))
        sums.add(
            entry.names, conversation: row.digest(UsageColumns.conversation, key), at: entry.openedAt,
            SketchRow(requests: requests, used, cost: row.count(UsageColumns.cost), sums.factors), key)
        usage.count()
        if usage.result.rows % 20_000 == 0 {
            verifier.progress(VerificationProgress(check: .usage, done: usage.result.rows, total: total))
        }
    }

    private mutating func compareCost(_ row: any SQLCells, _ entry: ChargedEntry, expected: Int64) throws {
        let stored = row.count(UsageColumns.cost)
        guard stored != expected else { return }
        let session = verifier.session
        try usage.differ(
            session.name(ofEntry: entry.id), "cost", stored: stored, expected: expected, isReparable: false)
    }
}
