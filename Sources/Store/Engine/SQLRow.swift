import Core

/// One row of an answer, read by column name: `let name: String = try row["name"]`.
struct SQLRow: Sendable {
    let columns: [String]
    let values: [SQLValue]

    /// The value of `column` as the type that the caller expects; an optional type takes NULL.
    ///
    /// - Throws: `StoreFailure.other` when there is no such column or it holds something else: the SQL and the Swift
    ///   code disagree, or somebody edited the file by hand.
    subscript<Value: SQLRepresentable>(column: String) -> Value {
        get throws {
            guard let index = columns.firstIndex(of: column) else {
                throw StoreFailure.other(detail: "no column \(column) among \(columns.joined(separator: ", "))")
            }
            guard let value = Value(sqlValue: values[index]) else {
                throw StoreFailure.other(detail: "column \(column) is no \(Value.self)")
            }
            return value
        }
    }
}
