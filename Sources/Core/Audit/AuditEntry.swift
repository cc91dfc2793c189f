/// Who changes something.
public enum Actor: Sendable, Hashable, Codable {
    case person(PersonID)
    /// Whoever runs the command line on the server.
    case shell
    /// The program itself, such as at its first start.
    case program
}

/// One change that was made, as the audit log keeps it.
public struct AuditEntry: Sendable, Hashable, Identifiable {
    /// Counts up from 1 without gaps.
    public var id: Int64
    public var at: Timestamp
    public var actor: Actor
    /// The address of the person at that time; `shell` or `program` for the others.
    public var actorName: String
    public var action: AuditAction
    /// The identifier of what was changed.
    public var subject: String
    /// What it was called at that time.
    public var subjectName: String
    /// The state before, as a JSON object; nil for something new.
    public var before: String?
    /// The state after, as a JSON object; nil for something removed.
    public var after: String?

    public init(
        id: Int64, at: Timestamp, actor: Actor, actorName: String, action: AuditAction, subject: String,
        subjectName: String, before: String?, after: String?
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.actorName = actorName
        self.action = action
        self.subject = subject
        self.subjectName = subjectName
        self.before = before
        self.after = after
    }
}

/// What was done to what. The raw value is stored: a case may be added, never renamed.
public enum AuditAction: String, Sendable, CaseIterable {
    case organizationChanged = "organization.changed"
    case personAdded = "person.added"
    case personChanged = "person.changed"
    case personDisabled = "person.disabled"
    case personEnabled = "person.enabled"
    case personInvited = "person.invited"
    case passwordSet = "person.passwordSet"
    case grantAdded = "grant.added"
    case grantRevoked = "grant.revoked"
    case tierCreated = "tier.created"
    case tierChanged = "tier.changed"
    case tierRetired = "tier.retired"
    case tierRestored = "tier.restored"
    case modelCreated = "model.created"
    case modelChanged = "model.changed"
    case upstreamCreated = "upstream.created"
    case upstreamChanged = "upstream.changed"
    case personViewed = "person.viewed"
    case keyCreated = "key.created"
    case keyChanged = "key.changed"
    case keyRevoked = "key.revoked"
    case projectCreated = "project.created"
    case projectChanged = "project.changed"
    case projectRetired = "project.retired"
    case projectRestored = "project.restored"
    case limitCreated = "limit.created"
    case limitChanged = "limit.changed"
    case limitRetired = "limit.retired"
    case limitRestored = "limit.restored"
    case limitAdjusted = "limit.adjusted"
    case limitsImported = "limits.imported"
    case ledgerRepaired = "ledger.repaired"
}
