import Core
import Foundation
import HTTPTypes
import Hummingbird

/// Where to go after signing in: a path of this site and nothing else, so that no link to our sign-in leads away.
struct ReturnPath: Sendable, Hashable {
    let path: String

    static let start = ReturnPath(path: "/chat")

    private init(path: String) {
        self.path = path
    }

    /// What was asked for; for a form that was sent too late, the page that it stood on.
    init(_ request: Request) {
        let asked = [.get, .head].contains(request.method) ? request.uri.string : Self.page(before: request)
        self = asked.flatMap(ReturnPath.init) ?? .start
    }

    /// - Returns: nil unless `text` is an absolute path of printable ASCII, with or without a query, that every browser
    ///   takes for one: `//host`, `/\host` and paths with control characters are not.
    init?(_ text: String) {
        let isPath = text.hasPrefix("/") && !text.hasPrefix("//") && text.utf8.count <= 1000
        guard isPath, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            return nil
        }
        path = text
    }

    /// The chat that it leads to; nil where it leads elsewhere, or to a new one.
    var chat: ConversationID? {
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        return parts.count == 2 && parts[0] == "chat" ? ConversationID(rawValue: String(parts[1])) : nil
    }

    /// Fit to be the value of a query.
    var encoded: String {
        path.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? "/"
    }

    /// The forms of an area stand on its page, those of a chat on the chat's.
    private static func page(before request: Request) -> String? {
        let parts = request.uri.path.split(separator: "/")
        return switch parts.first {
        case "chat": "/" + parts.prefix(2).joined(separator: "/")
        case "account": "/account"
        default: nil
        }
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
}
