import Synchronization

/// Changes of several rows by their integer keys, each with values of its own, for one statement:
/// `UPDATE account SET held = CASE id WHEN $1 THEN $2 WHEN $3 THEN $4 END WHERE id IN ($1, $3)`.
final class SQLRowChanges: Sendable {
    private let table: String
    private let key: String
    private let columns: [String]
    /// What is true of the rows besides, and set in all of them; its parameters come first.
    private let common: (setting: String, condition: String, parameters: Int)
    /// By the number of rows.
    private let statements = Mutex<[Int: String]>([:])

    /// - Parameters:
    ///   - columns: what differs from row to row.
    ///   - setting: assignments that are the same for all, such as `held = 0`.
    ///   - condition: such as `entry = $1`.
    ///   - parameters: how many of them `setting` and `condition` have.
    init(
        _ table: String, key: String, columns: [String], setting: String = "", condition: String = "",
        parameters: Int = 0
    ) {
        self.table = table
        self.key = key
        self.columns = columns
        common = (setting, condition, parameters)
    }

    /// - Parameter count: of rows, at least one.
    func sql(rows count: Int) -> String {
        statements.withLock { statements in
            if let known = statements[count] { return known }
            let sql = write(rows: count)
            statements[count] = sql
            return sql
        }
    }

    private func write(rows count: Int) -> String {
        let width = columns.count + 1
        let key = { [first = common.parameters + 1] (row: Int) in "$\(first + row * width)" }
        let value = { [first = common.parameters + 2] (row: Int, column: Int) in "$\(first + row * width + column)" }
        let assignments = columns.indices.map { column in
            let cases = (0..<count).map { "WHEN \(key($0)) THEN \(value($0, column))" }
            return "\(columns[column]) = CASE \(self.key) \(cases.joined(separator: " ")) END"
        }
        let all = (common.setting.isEmpty ? [] : [common.setting]) + assignments
        let keys = (0..<count).map(key).joined(separator: ", ")
        let condition = common.condition.isEmpty ? "" : common.condition + " AND "
        return "UPDATE \(table) SET \(all.joined(separator: ", ")) WHERE \(condition)\(self.key) IN (\(keys))"
    }
}

extension SQLSession {
    /// - Parameter rows: each with its key first; nothing happens when there is none.
    func execute(_ changes: SQLRowChanges, common: [SQLValue] = [], rows: [[SQLValue]]) throws {
        guard !rows.isEmpty else { return }
        try execute(changes.sql(rows: rows.count), with: common + rows.joined())
    }
}
