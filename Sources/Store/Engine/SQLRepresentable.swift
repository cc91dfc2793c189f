import Core

/// A Swift type with one way to be stored in a column.
protocol SQLRepresentable {
    var sqlValue: SQLValue { get }

    /// Nil when `sqlValue` is not what this type is stored as.
    init?(sqlValue: SQLValue)
}

extension SQLValue: SQLRepresentable {
    var sqlValue: SQLValue { self }

    init?(sqlValue: SQLValue) { self = sqlValue }
}

extension Int64: SQLRepresentable {
    var sqlValue: SQLValue { .integer(self) }

    init?(sqlValue: SQLValue) {
        guard case .integer(let number) = sqlValue else { return nil }
        self = number
    }
}

extension Int: SQLRepresentable {
    var sqlValue: SQLValue { .integer(Int64(self)) }

    init?(sqlValue: SQLValue) {
        guard case .integer(let number) = sqlValue else { return nil }
        self.init(exactly: number)
    }
}

/// Stored as 0 or 1.
extension Bool: SQLRepresentable {
    var sqlValue: SQLValue { .integer(self ? 1 : 0) }

    init?(sqlValue: SQLValue) {
        switch sqlValue {
        case .integer(0): self = false
        case .integer(1): self = true
        default: return nil
        }
    }
}

extension String: SQLRepresentable {
    var sqlValue: SQLValue { .text(self) }

    init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue else { return nil }
        self = text
    }
}

/// Stored as milliseconds since 1970.
extension Timestamp: SQLRepresentable {
    var sqlValue: SQLValue { .integer(milliseconds) }

    init?(sqlValue: SQLValue) {
        guard case .integer(let number) = sqlValue else { return nil }
        self.init(milliseconds: number)
    }
}

extension Optional: SQLRepresentable where Wrapped: SQLRepresentable {
    var sqlValue: SQLValue { self?.sqlValue ?? .null }

    init?(sqlValue: SQLValue) {
        if case .null = sqlValue {
            self = Self.none
        } else if let wrapped = Wrapped(sqlValue: sqlValue) {
            self = Self.some(wrapped)
        } else {
            return nil
        }
    }
}

/// Names of things and enumerations are stored as their raw text.
extension SQLRepresentable where Self: RawRepresentable, RawValue == String {
    var sqlValue: SQLValue { .text(rawValue) }

    init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue else { return nil }
        self.init(rawValue: text)
    }
}

extension Identifier: SQLRepresentable {}
