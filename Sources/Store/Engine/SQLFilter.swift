extension Int {
    /// As the count of a LIMIT: what a form asks for, kept within reason.
    var asLimit: Int { Swift.min(Swift.max(self, 0), 1000) }
}

/// The conditions of a WHERE clause as they are chosen, with their arguments.
struct SQLFilter {
    private var conditions: [String] = []
    private(set) var arguments: [SQLValue] = []

    /// Adds an argument that is no condition, such as the one of a LIMIT.
    ///
    /// - Returns: how it is called in the statement, such as `$3`.
    mutating func bind(_ value: any SQLRepresentable) -> String {
        arguments.append(value.sqlValue)
        return "$\(arguments.count)"
    }

    /// Demands what `condition` makes of the argument's name; nothing when there is no value.
    mutating func require(_ value: (any SQLRepresentable)?, _ condition: (String) -> String) {
        guard let value else { return }
        conditions.append(condition(bind(value)))
    }

    /// `WHERE …`, or nothing.
    var clause: String {
        conditions.isEmpty ? "" : "WHERE " + conditions.map { "(\($0))" }.joined(separator: " AND ")
    }
}
