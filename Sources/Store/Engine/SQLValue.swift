/// A value as both SQLite and PostgreSQL keep it. There are no floating point numbers in the store.
enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    /// Any text but U+0000, which no C string and no PostgreSQL text can carry: the engine stores U+FFFD in its place.
    case text(String)
}
