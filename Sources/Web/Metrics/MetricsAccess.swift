import Crypto
import Foundation

/// Who may read `/metrics`. Nobody, unless something is configured.
public struct MetricsAccess: Sendable {
    /// Shown as `Authorization: Bearer …`.
    public var token: String?
    /// IP addresses that need no token, as nginx sees them.
    public var addresses: Set<String>

    public init(token: String? = nil, addresses: Set<String> = []) {
        self.token = token.flatMap { $0.isEmpty ? nil : $0 }
        self.addresses = addresses
    }

    var isOff: Bool { token == nil && addresses.isEmpty }

    /// - Parameter authorization: the header as it was sent.
    func admits(_ authorization: String?, from address: String) -> Bool {
        if addresses.contains(address) { return true }
        guard let token, let authorization else { return false }
        // Digests are compared in a time that does not depend on where they differ.
        return SHA256.hash(data: Data(authorization.utf8)) == SHA256.hash(data: Data("Bearer \(token)".utf8))
    }
}
