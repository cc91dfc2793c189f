import Core
import HTTPTypes
import Hummingbird

/// The cookie that keeps somebody signed in.
///
/// On `https` its name begins with `__Host-`, which makes browsers refuse it from anybody but this very host. Over plain
/// HTTP it has another name, so that neither is ever taken for the other.
struct SessionCookie: Sendable {
    let address: PublicAddress

    var name: String { address.isSecure ? "__Host-sluice" : "sluice-insecure" }

    func token(in request: Request) -> SecretToken? { request.cookie(name).flatMap(SecretToken.init) }

    func set(_ token: SecretToken) -> Cookie {
        Cookie(
            name: name, value: token.rawValue, maxAge: Int(SessionRules.absoluteSeconds), path: "/",
            secure: address.isSecure, httpOnly: true, sameSite: .lax)
    }

    func cleared() -> Cookie {
        Cookie(name: name, value: "", maxAge: 0, path: "/", secure: address.isSecure, httpOnly: true, sameSite: .lax)
    }
}

extension Request {
    /// The value of the cookie of this very name: one with other white space before it than browsers write is another one.
    /// By bytes, for to Swift the Greek question mark (U+037E) is a semicolon.
    ///
    /// - Returns: nil where there is none, or more than one: then somebody tampers.
    func cookie(_ name: String) -> String? {
        let values = headers[values: .cookie].joined(separator: ";").utf8.split(separator: UInt8(ascii: ";"))
            .map { $0.drop { $0 == UInt8(ascii: " ") } }
            .filter { $0.starts(with: "\(name)=".utf8) }
        guard values.count == 1, let value = values.first?.dropFirst(name.utf8.count + 1) else { return nil }
        return String(Substring(value))
    }
}
