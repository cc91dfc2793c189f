/// An address that a reader may be offered to follow.
struct SafeLink: Equatable {
    let address: String

    static let maxBytes = 2_048

    /// - Returns: nil unless the address is absolute, its scheme is `http`, `https` or `mailto`, something follows that, and
    ///   no control character hides in it: browsers drop those before they read the scheme.
    init?(_ address: String) {
        guard address.utf8.count <= Self.maxBytes, address.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return nil
        }
        let lower = address.prefix(8).lowercased()
        let scheme = ["http://", "https://", "mailto:"].first(where: lower.hasPrefix)
        guard let scheme, address.utf8.count > scheme.utf8.count else { return nil }
        self.address = address
    }
}
