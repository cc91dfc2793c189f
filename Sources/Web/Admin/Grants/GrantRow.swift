import Core
import Foundation

/// One extra in a list (`templates/admin/grants.mustache`).
struct GrantRow: Sendable {
    /// Whose it is, with their page; nil on that page.
    let holder: String?
    let link: String?
    let amount: String
    let left: String
    let expires: Moment
    let reason: String
    /// Where it is taken back.
    let revoke: String
    /// nil while it counts.
    let end: String?
}

/// What a holder has in extras, and the form that adds one (`templates/admin/grant-form.mustache`).
struct GrantDesk: Sendable {
    let action: String
    let grants: [GrantRow]
    let fields: [Field]
    let meter: Choice
}

extension GrantRow {
    /// - Parameter holder: what it is called; nil on its own page.
    init(_ pot: Pot, holder: String?, at now: Timestamp, zone: TimeZone, _ words: Words) {
        let grant = pot.grant
        self.init(
            holder: holder, link: grant.holder.adminPage,
            amount: "+" + words.amount(grant.amount, grant.meter),
            left: words("{left} left", ["left": words.figure(pot.available, grant.meter)]),
            expires: Moment(grant.expiresAt, zone: zone), reason: grant.reason,
            revoke: grant.holder.grantsPath + "/\(grant.id)/revoke", end: grant.expiresAt > now ? nil : words("over"))
    }
}

extension Grant.Holder {
    /// Where the holder is administered.
    var adminPage: String {
        switch self {
        case .person(let id): "/admin/people/\(id)"
        case .project(let id): "/admin/projects?edit=\(id)"
        case .organization: "/admin/organization"
        }
    }

    /// Where extras are added for it.
    var grantsPath: String {
        switch self {
        case .person(let id): "/admin/people/\(id)/grants"
        case .project(let id): "/admin/projects/\(id)/grants"
        case .organization: "/admin/organization/grants"
        }
    }
}
