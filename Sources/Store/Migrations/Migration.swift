/// A step of the schema. Once shipped it is never edited: a later one corrects it.
struct Migration: Sendable {
    /// Decides the order. Numbers may have gaps; one that was left out may still be filled before a release.
    let number: Int
    let name: String
    /// Plain SQL, any number of statements.
    let sql: String

    /// `001_people`, as its file is called.
    var title: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits + "_" + name
    }
}

extension Migration {
    /// Every step that this program knows.
    static let all: [Migration] = [
        .people, .conversations, .audit, .endings, .invitations, .ledger, .keys, .limits, .substitutes, .programs,
        .alerts, .idempotency, .conversationUsage,
    ]
}
