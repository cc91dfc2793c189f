import Foundation

/// The query of an address of ours, from what is not empty: `?q=a%20b&page=2`.
struct QueryText {
    /// Empty, or with the question mark.
    let text: String

    init(_ items: [(name: String, value: String)]) {
        let parts = items.filter { !$0.value.isEmpty }.map { "\($0.name)=\(Self.escaped($0.value))" }
        text = parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }

    /// Everything but what RFC 3986 calls unreserved.
    private static func escaped(_ value: String) -> String {
        value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
