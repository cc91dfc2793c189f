import Core
import Foundation

extension KeyList.Row {
    /// - Parameter projects: the names of all.
    init(_ key: APIKey, projects: [ProjectID: String], at now: Timestamp, zone: TimeZone, _ words: Words) {
        let isRevoked = key.revokedAt != nil
        self.init(
            id: key.id.rawValue, name: key.name, beginning: key.beginning,
            project: key.settings.project.flatMap { projects[$0] } ?? "—", limits: words.limits(key.settings.allowance),
            created: Moment(key.createdAt, zone: zone), lastUsed: key.lastUsedAt.map { Moment($0, zone: zone) },
            expires: key.settings.expiresAt.map { Moment($0, zone: zone) },
            end: isRevoked ? words("revoked") : key.isLive(at: now) ? nil : words("expired"), isRevoked: isRevoked)
    }
}

extension KeyList.Made {
    /// - Parameters:
    ///   - address: of the site.
    ///   - model: the name of one that the key's person may use.
    init(_ key: APIKey, _ secret: APIKey.Secret, at address: PublicAddress, model: String, _ words: Words) {
        title = words("The key {name} was made", ["name": key.name])
        self.secret = secret.rawValue
        environment = """
            export OPENAI_BASE_URL=\(address.origin)/v1
            export OPENAI_API_KEY=\(secret.rawValue)
            """
        let message = #"{"role": "user", "content": "How deep is the sea?"}"#
        request = """
            curl "$OPENAI_BASE_URL/chat/completions" \\
              -H "Authorization: Bearer $OPENAI_API_KEY" \\
              -H "Content-Type: application/json" \\
              -d '{"model": "\(model)", "messages": [\(message)]}'
            """
    }
}

extension Words {
    /// `1,000 tokens per day; 10 requests per minute`.
    fileprivate func limits(_ allowance: Tier.Allowance) -> String {
        let tokens: [(Int64?, Window)] = [
            (allowance.tokensPerHour, .hour), (allowance.tokensPerDay, .day), (allowance.tokensPerMonth, .month),
        ]
        let parts =
            tokens.map { amount, window in amount.map { "\(self.tokens($0)) \(limitOnTokens(per: window))" } } + [
                allowance.requestsPerMinute.map { amount($0, .requests) + " " + limitOnTokens(per: .minute) },
                allowance.concurrentRequests.map { self("{requests} at once", ["requests": amount($0, .requests)]) },
            ]
        let set = parts.compactMap(\.self)
        return set.isEmpty ? self("none of its own") : set.joined(separator: "; ")
    }
}
