import Core
import Foundation

extension AuditPage.Row {
    /// Identifiers that tell a reader nothing.
    private static let silent: Set<String> = [
        "id", "organization", "person", "holder", "limit", "created at", "last used at",
    ]

    init(_ entry: AuditEntry, names: [String: String], zone: TimeZone, _ words: Words) {
        self.init(
            number: words.number(entry.id), time: Moment(entry.at, zone: zone), actor: entry.actorName,
            action: words.name(of: entry.action), subject: entry.subjectName,
            subjectLink: "/admin/audit?subject=\(entry.subject.filter { $0.isLetter || $0.isNumber })",
            isNew: entry.before == nil && entry.after != nil,
            changes: Self.changes(entry, names: names, zone: zone, words))
    }

    /// What differs between before and after; of something new, everything it was made with.
    private static func changes(
        _ entry: AuditEntry, names: [String: String], zone: TimeZone, _ words: Words
    ) -> [AuditPage.Change] {
        let before = AuditValue.flat(entry.before)
        let after = AuditValue.flat(entry.after)
        return Set(before.keys).union(after.keys).subtracting(silent).sorted().compactMap { name in
            let (old, new) = (before[name] ?? .nothing, after[name] ?? .nothing)
            guard old != new else { return nil }
            let (oldText, newText) = (old.text(names, zone: zone, words), new.text(names, zone: zone, words))
            return oldText == newText ? nil : AuditPage.Change(name: name, before: oldText, after: newText)
        }
    }
}

extension Words {
    func name(of action: AuditAction) -> String {
        switch action {
        case .organizationChanged: self("Organization changed")
        case .personAdded: self("Person added")
        case .personChanged: self("Person changed")
        case .personDisabled: self("Person disabled")
        case .personEnabled: self("Person enabled")
        case .personInvited: self("Link made to choose a password")
        case .passwordSet: self("Password set")
        case .grantAdded: self("Extra granted")
        case .grantRevoked: self("Extra taken back")
        case .tierCreated: self("Tier added")
        case .tierChanged: self("Tier changed")
        case .tierRetired: self("Tier retired")
        case .tierRestored: self("Tier restored")
        case .modelCreated: self("Model added")
        case .modelChanged: self("Model changed")
        case .upstreamCreated: self("Upstream added")
        case .upstreamChanged: self("Upstream changed")
        case .personViewed: self("Looked at as this person")
        case .keyCreated: self("API key made")
        case .keyChanged: self("API key changed")
        case .keyRevoked: self("API key revoked")
        case .projectCreated: self("Project added")
        case .projectChanged: self("Project changed")
        case .projectRetired: self("Project retired")
        case .projectRestored: self("Project restored")
        case .limitCreated: self("Limit added")
        case .limitChanged: self("Limit changed")
        case .limitRetired: self("Limit taken away")
        case .limitRestored: self("Limit set again")
        case .limitAdjusted: self("Limit followed the forecast")
        case .limitsImported: self("Limits imported from a file")
        case .ledgerRepaired: self("Ledger repaired")
        }
    }
}
