import Core

/// What SQLite itself says of its file.
extension SQLSession {
    /// Pages, rows and the rules of columns, but not whether every index has what its table has, which takes as long again
    /// for each. https://www.sqlite.org/pragma.html#pragma_quick_check
    ///
    /// - Returns: what is wrong, in SQLite's words.
    func damage() throws -> [String] {
        try rows("PRAGMA quick_check(\(VerificationResult.mostTold))").map { row in
            if case .text(let words)? = row.values.first { words } else { "unreadable" }
        }.filter { $0 != "ok" }
    }

    /// Rows that name a row which is not there, one line for each; charges are looked at with their requests.
    ///
    /// - Parameter found: is told the table, the row and the table that it names.
    /// - Returns: how many tables were looked at.
    func scanDanglingReferences(_ found: (_ table: String, _ row: Int64?, _ named: String) -> Void) throws -> Int64 {
        let tables = try rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'charge' ORDER BY name")
        for table in tables {
            let name: String = try table["name"]
            try scan("PRAGMA foreign_key_check(\"\(name)\")") { row in
                found(name, row.number(1), row.text(2) ?? "")
            }
        }
        return Int64(tables.count)
    }
}
