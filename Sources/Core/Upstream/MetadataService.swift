import Foundation

/// The services inside a cloud machine's own network that hand its credentials to whoever asks from there. Nothing is
/// ever sent to them, also where an admin says so: this is what server-side request forgery is after (OWASP, SSRF
/// prevention cheat sheet; CWE-918).
///
/// Only what an address says of itself is judged; a name that somebody's DNS leads there is not found out.
enum MetadataService {
    private static let names: Set = [
        "metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal",
    ]

    static func isReached(by address: String) -> Bool {
        guard var host = URL(string: address)?.host(percentEncoded: false)?.lowercased() else { return false }
        while host.hasSuffix(".") { host.removeLast() }
        return names.contains(host) || fourBytes(of: host).map(isLinkLocal(_:)) == true || isLocalIPv6(host)
    }

    /// 169.254.0.0/16 (RFC 3927), and 100.100.100.200, where Alibaba keeps its own.
    private static func isLinkLocal(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [169, 254]) || bytes == [100, 100, 100, 200]
    }

    /// As a resolver reads an IPv4 address: of one to four parts, each decimal, octal or hexadecimal.
    private static func fourBytes(of host: String) -> [UInt8]? {
        var address = in_addr()
        guard inet_aton(host, &address) != 0 else { return nil }
        return withUnsafeBytes(of: address.s_addr) { Array($0) }
    }

    /// fe80::/10 (RFC 4291, 2.5.6), fd00:ec2::/32, which Amazon has for its own, and link-local IPv4 inside of IPv6.
    private static func isLocalIPv6(_ host: String) -> Bool {
        var address = in6_addr()
        guard inet_pton(AF_INET6, host.prefix { $0 != "%" }.description, &address) == 1 else { return false }
        let bytes = withUnsafeBytes(of: address) { Array($0) }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } || bytes.starts(with: [0, 0x64, 0xff, 0x9b])
        return (bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80) || bytes.starts(with: [0xfd, 0, 0x0e, 0xc2])
            || (isMapped && isLinkLocal(Array(bytes.suffix(4))))
    }
}
