import Core

/// Derives everything again, on one snapshot. Each table is read once, row by row, and nothing of it is kept.
struct LedgerVerifier {
    let session: any SQLSession
    let now: Timestamp
    let progress: @Sendable (VerificationProgress) -> Void
    /// For this time only, so that nobody can make two names that look alike to it.
    let key = Digest.Key.random()
    let rules: [Digest: CountingRule]

    init(
        _ session: any SQLSession, at now: Timestamp, progress: @escaping @Sendable (VerificationProgress) -> Void
    ) throws {
        self.session = session
        self.now = now
        self.progress = progress
        rules = try session.rules(key)
    }

    func report() throws -> VerificationReport {
        var results = [try file(), try references(), try auditLog()]
        let pass = try settled()
        results.append(pass.usage.result)
        let (holds, heldCharges) = try holds(pass.charges)
        results += [holds.result, try withoutRequest(heldCharges).result]
        results += [try accounts(), try grants()]
        for rollup in Rollup.all { results.append(try sums(rollup, pass.sums)) }
        return VerificationReport(results: results)
    }

    // MARK: The file

    private func file() throws -> VerificationResult {
        progress(VerificationProgress(check: .file))
        var tally = Tally(.file)
        for damage in try session.damage() {
            tally.differ("the file", "structure", stored: damage, expected: "ok", isReparable: false)
        }
        tally.count()
        return tally.result
    }

    private func references() throws -> VerificationResult {
        var tally = Tally(.references)
        let tables = try session.scanDanglingReferences { table, row, named in
            tally.differ(
                "\(table) \(row.map(String.init) ?? "")", "names a row of \(named)", stored: "none",
                expected: "a row", isReparable: false)
        }
        tally.count(tables)
        return tally.result
    }

    private func auditLog() throws -> VerificationResult {
        var tally = Tally(.auditLog)
        switch try session.auditVerdict() {
        case .intact(let entries): tally.count(entries)
        case .broken(let entry):
            tally.count(entry)
            tally.differ(
                "entry \(entry)", "chain", stored: "broken here, or just before", expected: "unbroken",
                isReparable: false)
        }
        return tally.result
    }

    // MARK: Grants

    private func grants() throws -> VerificationResult {
        var tally = Tally(.grants)
        try session.scan(
            """
            SELECT g.id, g.amount, a.id, a.used, a.held, a.holder = g.holder
              FROM quota_grant g LEFT JOIN account a ON a.grant_id = g.id ORDER BY g.id
            """
        ) { row in
            tally.count()
            let name = "grant \(row.text(0) ?? "")"
            guard row.number(2) != nil else {
                return tally.differ(name, "account", stored: "none", expected: "one", isReparable: true)
            }
            let taken = row.count(3).addingClamped(row.count(4))
            if taken > row.count(1) {
                tally.differ(name, "taken", stored: taken, expected: "at most \(row.count(1))", isReparable: false)
            }
            if row.count(5) != 1 {
                tally.differ(name, "holder", stored: "another", expected: "the grant's", isReparable: false)
            }
        }
        return tally.result
    }

    // MARK: Sums

    /// Fingerprints are compared first; only when they differ are the sums made anew to say where.
    private func sums(_ rollup: Rollup, _ sketches: UsageSketches) throws -> VerificationResult {
        var tally = Tally(rollup.check)
        progress(VerificationProgress(check: rollup.check))
        let (stored, rows) = try session.storedSketch(of: rollup, sketches.factors, key)
        tally.count(rows)
        guard stored != sketches[rollup.check] else { return tally.result }
        try session.scan(rollup.differences) { row in
            let names = rollup.keys.indices.map { row.text($0) ?? "\(row.count($0))" }.joined(separator: ", ")
            tally.differ(
                "\(rollup.table) of \(names)", "sums", stored: row.text(rollup.keys.count) ?? "none",
                expected: row.text(rollup.keys.count + 1) ?? "none", isReparable: true)
        }
        return tally.result
    }
}
