import Foundation

/// Where people reach us, as the configuration says: `https://chat.example.org`.
public struct PublicAddress: Sendable, Hashable {
    /// Scheme, host, and port where it is not the scheme's own; lower case.
    public let origin: String

    /// - Returns: nil unless `address` is an absolute `http` or `https` address without a path.
    public init?(_ address: String) {
        guard let parts = URLComponents(string: address.lowercased()), let host = parts.host, !host.isEmpty,
            let scheme = parts.scheme, ["http", "https"].contains(scheme), ["", "/"].contains(parts.path),
            parts.query == nil, parts.user == nil
        else { return nil }
        let isOrdinaryPort = parts.port == nil || parts.port == (scheme == "https" ? 443 : 80)
        origin = "\(scheme)://\(host)" + (isOrdinaryPort ? "" : ":\(parts.port!)")
    }

    public var isSecure: Bool { origin.hasPrefix("https:") }

    /// Whether it leads back to this very machine, so that nobody is on the way who could read along.
    var isLoopback: Bool {
        ["localhost", "127.0.0.1", "[::1]"].contains { origin == "http://\($0)" || origin.hasPrefix("http://\($0):") }
    }

    var scheme: String { isSecure ? "https" : "http" }
}
