/// What can go wrong while the store is asked: a case for machines, a sentence for people in `Web`, the detail for the log.
///
/// Whoever meets one of these has changed nothing: a store method is one transaction. A gate that gets one lets nothing pass.
public enum StoreFailure: Error, Sendable, Hashable {
    /// Another writer kept the database for longer than the busy timeout. Trying again is reasonable.
    case busy
    /// The disk is full.
    case full
    /// The file, or the disk it is on, cannot be written.
    case readOnly
    /// The file is damaged, or is no database.
    case corrupt(detail: String)
    /// The file cannot be opened or read: no such folder, no permission, a failing disk.
    case unavailable(detail: String)
    /// The database was written by a newer version of this program, which has a migration that this one does not know.
    case newerSchema(migration: String)
    /// The database lacks a step of the schema: the program that serves brings it up to date when it starts.
    case olderSchema(missing: String)
    /// A rule of the schema was broken. `detail` names it, such as `person.email`.
    case constraint(Constraint, detail: String)
    /// Everything else: a defect here or in the engine.
    case other(detail: String)

    public enum Constraint: String, Sendable, Hashable {
        case unique, foreignKey, check, notNull, other
    }

    /// Whether others may be taken although this was not; else the store takes nothing at all now.
    var mayConcernOneRow: Bool {
        switch self {
        case .corrupt, .constraint, .other: true
        case .busy, .full, .readOnly, .unavailable, .newerSchema, .olderSchema: false
        }
    }
}
