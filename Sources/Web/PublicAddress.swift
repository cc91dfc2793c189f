import Foundation

/// Where people reach us, as the configuration says: `https://chat.example.org`.
public struct PublicAddress: Sendable, Hashable {
    /// Scheme, host, and port where it is not the scheme's own; lower case and ASCII, as browsers say it in `Origin`.
    public let origin: String

    /// - Returns: nil unless `address` is an absolute `http` or `https` address without a path.
    public init?(_ address: String) {
        guard let parts = URLComponents(string: address.lowercased()), let host = parts.encodedHost, Self.isHost(host),
            let scheme = parts.scheme, ["http", "https"].contains(scheme), ["", "/"].contains(parts.path),
            parts.query == nil, parts.user == nil
        else { return nil }
        let isOrdinaryPort = parts.port == nil || parts.port == (scheme == "https" ? 443 : 80)
        origin = "\(scheme)://\(host)" + (isOrdinaryPort ? "" : ":\(parts.port!)")
    }

    /// A name in its ASCII form, or an address in numbers. The longest is that of RFC 1035, 2.3.4.
    private static func isHost(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-.:[]".utf8.contains($0) }
        return isPlain && (1...253).contains(text.utf8.count)
    }

    public var isSecure: Bool { origin.hasPrefix("https:") }

    /// Whether it leads back to this very machine, so that nobody is on the way who could read along.
    var isLoopback: Bool {
        ["localhost", "127.0.0.1", "[::1]"].contains { origin == "http://\($0)" || origin.hasPrefix("http://\($0):") }
    }

    var scheme: String { isSecure ? "https" : "http" }
}
