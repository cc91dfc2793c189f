import Core
import Crypto
import Foundation

/// Writes entries of the audit log, inside the transaction of the change they tell of.
struct AuditTrail {
    let session: any SQLSession
    let actor: Actor
    let now: Timestamp

    /// - Throws: `NotFound` when the actor does not exist.
    func note(
        _ action: AuditAction, of subject: String, named name: String, before: (any Encodable)? = nil,
        after: (any Encodable)? = nil
    ) throws {
        let latest = try session.row("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")
        let id: Int64 = try latest?["id"] ?? 0
        let entry = AuditEntry(
            id: id + 1, at: now, actor: actor, actorName: try actorName(), action: action, subject: subject,
            subjectName: name, before: try before.map(json), after: try after.map(json))
        try insert(entry, hash: entry.hash(after: latest?["hash"] ?? ""))
    }

    private func insert(_ entry: AuditEntry, hash: String) throws {
        try session.execute(
            """
            INSERT INTO audit (id, at, actor_kind, actor, actor_name, action, subject, subject_name, before, after, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            entry.id, entry.at, entry.actor.kind, entry.actor.person, entry.actorName, entry.action, entry.subject,
            entry.subjectName, entry.before, entry.after, hash)
    }

    private func actorName() throws -> String {
        guard let person = actor.person else { return actor.kind }
        guard let row = try session.row("SELECT email FROM person WHERE id = $1", person) else { throw NotFound() }
        return try row["email"]
    }

    private func json(_ value: any Encodable) throws -> String {
        let state = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value))
        let text = try JSONSerialization.data(
            withJSONObject: sorted(state), options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: text, as: UTF8.self)
    }

    /// Every list of names in a state is a set. Sorted, it shows no change where there is none.
    private func sorted(_ state: Any) -> Any {
        switch state {
        case let list as [String]: list.sorted()
        case let list as [Any]: list.map(sorted)
        case let object as [String: Any]: object.mapValues(sorted)
        default: state
        }
    }
}

extension AuditEntry {
    /// SHA-256 over the hash of the entry before and every field of this one, each with its length in front, so that
    /// nothing can move from one field into the next.
    func hash(after previous: String) -> String {
        let fields: [String?] = [
            previous, String(id), String(at.milliseconds), actor.kind, actor.person?.rawValue, actorName,
            action.rawValue, subject, subjectName, before, after,
        ]
        let text = fields.map { field in field.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
        return text.sha256
    }
}

extension Actor {
    var kind: String {
        switch self {
        case .person: "person"
        case .shell: "shell"
        case .program: "program"
        }
    }

    var person: PersonID? {
        if case .person(let person) = self { person } else { nil }
    }
}

extension AuditAction: SQLRepresentable {}

extension String {
    /// As 64 lower-case hexadecimal digits.
    var sha256: String {
        SHA256.hash(data: Data(utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
