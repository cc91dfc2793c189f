import Core

/// The fingerprints of all sums that are kept of usage, as it is read.
struct UsageSketches {
    let factors = SketchRow.Factors()
    private var slots = Sketch()
    private var conversations = Sketch()
    private var keys = Sketch()

    subscript(check: VerificationCheck) -> Sketch {
        switch check {
        case .conversationUsage: conversations
        case .keyUsageSlots: keys
        default: slots
        }
    }

    mutating func add(
        _ names: EntryNames, conversation: Digest, at moment: Int64, _ row: SketchRow, _ key: Digest.Key
    ) {
        let slot = UInt64(bitPattern: Timestamp(milliseconds: moment).slot)
        slots.add(
            row,
            of: names.person.joined(with: slot, key).joined(with: names.model.bits, key)
                .joined(with: names.organization.bits, key))
        if conversation != .nothing {
            conversations.add(row, of: conversation.joined(with: names.person.bits, key))
        }
        guard names.key != .nothing else { return }
        keys.add(
            row,
            of: names.organization.joined(with: slot, key).joined(with: names.key.bits, key)
                .joined(with: names.project.bits, key))
    }
}

extension SQLSession {
    /// The same of what is stored.
    func storedSketch(
        of rollup: Rollup, _ factors: SketchRow.Factors, _ key: Digest.Key
    ) throws -> (sketch: Sketch, rows: Int64) {
        var sketch = Sketch()
        var rows: Int64 = 0
        let columns = rollup.keys.map(\.column).joined(separator: ", ")
        try scan(
            """
            SELECT \(columns), prompt_tokens, completion_tokens, cached_prompt_tokens, reasoning_tokens, requests, cost
              FROM \(rollup.table)
            """
        ) { row in
            rows += 1
            let first = rollup.keys.count
            let totals = SketchRow(
                requests: row.count(first + 4), Usage(row, from: first), cost: row.count(first + 5), factors)
            sketch.add(totals, of: row.rollupKey(first, key))
        }
        return (sketch, rows)
    }
}

extension SQLCells {
    /// Names and slots together; a project is empty for none.
    fileprivate func rollupKey(_ count: Int, _ key: Digest.Key) -> Digest {
        (1..<count).reduce(digest(0, key)) { joined, column in
            if let slot = number(column) { return joined.joined(with: UInt64(bitPattern: slot), key) }
            let isEmpty = text(column)?.isEmpty ?? true
            return joined.joined(with: isEmpty ? 0 : digest(column, key).bits, key)
        }
    }
}
