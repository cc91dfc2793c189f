import Core
import Foundation
import HTTPTypes
import Store

@testable import Web

/// A program that asks with a key.
struct Program {
    let site: TestSite
    let person: Person
    let key: APIKey
    let secret: String
    private let connection: Browser

    init(
        _ site: TestSite, as person: Person? = nil, allowance: Tier.Allowance = Tier.Allowance(),
        expiresAt: Timestamp? = nil
    ) async throws {
        self.site = site
        self.person = if let person { person } else { try await site.person() }
        let secret = APIKey.Secret.random()
        self.secret = secret.rawValue
        key = try await site.store.keys.create(
            APIKey.Settings(name: "script", expiresAt: expiresAt, allowance: allowance), secret: secret,
            for: self.person.id, by: .program)
        connection = site.browser()
    }

    func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> Answer {
        try await connection.send(.get, path, authorized(headers))
    }

    func post(_ path: String, _ body: String, _ headers: HTTPFields = [:]) async throws -> Answer {
        try await open(path, body, headers).whole()
    }

    /// Returns when the response begins.
    func open(_ path: String, _ body: String, _ headers: HTTPFields = [:]) async throws -> StreamedAnswer {
        try await connection.open(.post, path, authorized(headers), body: body)
    }

    /// A key in the headers of the test stays alone there.
    private func authorized(_ headers: HTTPFields) -> HTTPFields {
        var headers = headers
        headers[.origin] = ""
        headers[.contentType] = "application/json"
        if !headers.contains(.authorization) && !headers.contains(.xAPIKey) {
            headers[.authorization] = "Bearer \(secret)"
        }
        return headers
    }

    /// What stands on the ledger under this key.
    func used() async throws -> Int64 {
        try await site.store.usageHistory.total(
            of: person.id, from: Timestamp(milliseconds: 0), to: site.clock.now().advanced(bySeconds: 60)
        ).totalTokens
    }
}

extension Answer {
    /// The body as JSON.
    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) ?? [:]
    }

    /// The `error` of OpenAI's interface.
    var error: [String: Any] { json["error"] as? [String: Any] ?? [:] }

    var details: [String: Any] { error["details"] as? [String: Any] ?? [:] }
}
