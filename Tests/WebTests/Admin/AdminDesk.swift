import Core
import HTTPTypes
import Store
import Testing

@testable import Web

/// An admin at work, and a person whose next prompt shows what the work did.
struct AdminDesk {
    let site: TestSite
    let browser: Browser
    let person: Person

    init() async throws {
        site = try await TestSite()
        browser = try await site.browser(of: site.admin())
        person = try await site.person()
    }

    /// Every text that somebody might type to do harm.
    static let hostile = "'; DROP TABLE person; --\"><script>alert(1)</script>{{name}}{{{raw}}}=1+1\u{202E}漢字"

    /// The newest entry of the audit log.
    func latest() async throws -> AuditEntry {
        try #require(try await site.store.auditLog.entries(AuditQuery(count: 1)).first)
    }

    /// What the gate, in another worker, would say to the person's next prompt of `tokens` tokens.
    func quote(_ tokens: Int, model: String = "small") async throws -> Quote {
        let worker = try await TestSite(beside: site)
        let text = String(repeating: "a", count: tokens)
        return try await worker.gate.quote(
            Prompt(person: person.id, model: model, messages: [ChatMessage(role: .user, content: text)]))
    }

    /// The form of a tier, as the page has it.
    func form(of settings: Tier.Settings, _ changes: [String: String] = [:]) -> [(String, String)] {
        let draft = TierDraft(settings)
        let all = draft.fields([:], .english) + [draft.graceField([:], .english), draft.cacheField([:], .english)]
        let fields = all.map { ($0.name, changes[$0.name] ?? $0.value) }
        return fields
            + [
                ("disconnect", changes["disconnect"] ?? draft.disconnect),
                ("atLimit", changes["atLimit"] ?? draft.atLimit),
            ]
            + (draft.models ?? []).map { ("models[]", $0) }
    }

    func post(_ path: String, _ fields: [(String, String)]) async throws -> Answer {
        let body = (fields + [("token", browser.formToken)])
            .map { "\(Browser.escaped($0.0))=\(Browser.escaped($0.1))" }.joined(separator: "&")
        return try await browser.send(.post, path, body: body)
    }
}

extension Answer {
    /// The secret of the link that the page shows.
    var invitation: String? { text.firstMatch(of: /\/invitation\/([0-9a-f]{64})<\/code>/).map { String($0.1) } }
}

extension Quote {
    var isRefused: Bool { if case .refused = admission { true } else { false } }
}
