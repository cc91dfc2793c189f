/// The record of every change an admin made. Entries are written by the change itself, in its own transaction, and are
/// never altered; each one carries a hash over itself and the one before.
public protocol AuditLog: Sendable {
    /// The newest first.
    func entries(_ query: AuditQuery) async throws -> [AuditEntry]

    /// Notes something that changed nothing but has to be seen, such as looking at a page as another person.
    func note(_ action: AuditAction, of person: PersonID, by actor: Actor) async throws

    /// Reads the whole log and checks every hash.
    func verify() async throws -> AuditVerdict
}

public struct AuditQuery: Sendable, Hashable {
    public var actor: PersonID?
    public var action: AuditAction?
    public var subject: String?
    public var from: Timestamp?
    /// Up to but not including this moment.
    public var until: Timestamp?
    /// Only entries with a smaller number, to turn the page.
    public var before: Int64?
    public var count: Int

    public init(
        actor: PersonID? = nil, action: AuditAction? = nil, subject: String? = nil, from: Timestamp? = nil,
        until: Timestamp? = nil, before: Int64? = nil, count: Int = 50
    ) {
        self.actor = actor
        self.action = action
        self.subject = subject
        self.from = from
        self.until = until
        self.before = before
        self.count = count
    }
}

public enum AuditVerdict: Sendable, Hashable {
    case intact(entries: Int64)
    /// This entry, or the one before it, is not what was written.
    case broken(at: Int64)
}
