/// An upstream as it is administered. Its key can be written and never read back.
public struct UpstreamRecord: Sendable, Hashable, Codable, Identifiable {
    public var id: UpstreamID
    public var organization: OrganizationID
    public var name: String
    /// With the version and without a trailing slash: `https://api.openai.com/v1`.
    public var baseURL: String
    public var hasKey: Bool

    public init(id: UpstreamID, organization: OrganizationID, name: String, baseURL: String, hasKey: Bool) {
        self.id = id
        self.organization = organization
        self.name = name
        self.baseURL = baseURL
        self.hasKey = hasKey
    }
}

extension UpstreamRecord {
    /// What is to become of the key.
    public enum KeyChange: Sendable, Hashable {
        /// Keeps it, unless the address changes: a key is not sent to where its owner did not mean it to go.
        case keep
        case clear
        case replace(with: String)
    }

    public struct Draft: Sendable, Hashable {
        public var name: String
        public var baseURL: String
        public var key: KeyChange

        public init(name: String, baseURL: String, key: KeyChange = .keep) {
            self.name = name
            self.baseURL = baseURL
            self.key = key
        }

        public var flaws: Flaws {
            var flaws = Flaws([])
            flaws.note(name.nameProblem(), about: "name")
            flaws.note(baseURL.baseURLProblem, about: "baseURL")
            if case .replace(let key) = key { flaws.note(key.keyProblem, about: "key") }
            return flaws
        }
    }
}

extension String {
    /// Only what the relay can send to: a scheme it speaks, a host, no user, query or fragment.
    fileprivate var baseURLProblem: Flaw.Problem? {
        if isEmpty { return .missing }
        if count > 500 { return .tooLong(maxCharacters: 500) }
        let rest = ["https://", "http://"].lazy.compactMap { hasPrefix($0) ? dropFirst($0.count) : nil }.first
        guard let rest, let first = rest.first, first != "/", first != ":", last != "/",
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !rest.contains(where: { "@?#\\\"<>".contains($0) })
        else { return .malformed }
        return MetadataService.isReached(by: self) ? .forbidden : nil
    }

    /// It becomes part of a header line.
    fileprivate var keyProblem: Flaw.Problem? {
        if isEmpty { return .missing }
        if count > 1000 { return .tooLong(maxCharacters: 1000) }
        return utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } ? nil : .malformed
    }
}

/// The upstreams of the organization.
///
/// Every method that changes something writes the audit log in the same transaction, without the key, and throws
/// `Flaws`, `NotFound` or `StoreFailure` when it changed nothing.
public protocol UpstreamRecords: Sendable {
    /// By name.
    func all() async throws -> [UpstreamRecord]

    /// Where to send, with the key: for the relay only, never for a page.
    func endpoint(of upstream: UpstreamID) async throws -> UpstreamEndpoint?

    func create(_ draft: UpstreamRecord.Draft, by actor: Actor) async throws -> UpstreamRecord
    func change(_ upstream: UpstreamID, to draft: UpstreamRecord.Draft, by actor: Actor) async throws -> UpstreamRecord
}
