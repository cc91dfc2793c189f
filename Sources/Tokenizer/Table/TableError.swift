/// Why a table cannot be counted from. Every case names the file.
public enum TableError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such file, or it may not be read.
    case unreadable(path: String, reason: String)
    /// The file is not a table, is cut short, or a byte of it has changed.
    case damaged(path: String, reason: String)
    /// A table of another version of Sluice, or of another encoding than its name says.
    case foreign(path: String, reason: String)

    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "The token table \(path) cannot be read: \(reason)."
        case .damaged(let path, let reason): "The token table \(path) is damaged: \(reason). Build it again."
        case .foreign(let path, let reason): "The token table \(path) does not fit: \(reason). Build it again."
        }
    }
}
