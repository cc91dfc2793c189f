import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The cookie that keeps somebody signed in: 256 random bits, of which the store knows only the hash.
///
/// On `https` its name begins with `__Host-`, which makes browsers refuse it from anybody but this very host. Over plain
/// HTTP it has another name, so that neither is ever taken for the other.
struct SessionCookie: Sendable {
    let address: PublicAddress

    var name: String { address.isSecure ? "__Host-sluice" : "sluice-insecure" }

    /// 256 random bits in 43 characters of base64url.
    static func randomToken() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// What the store keeps instead of the token: SHA-256 in hexadecimal. A token this long needs no slow hash.
    static func hash(_ token: String) -> String {
        SHA256.hash(data: Data(token.utf8)).hexadecimal
    }

    /// - Returns: nil where there is none, or more than one: then somebody tampers.
    func token(in request: Request) -> String? {
        let values = request.headers[values: .cookie].joined(separator: ";").split(separator: ";")
            .map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix(name + "=") }
        guard values.count == 1, let value = values.first?.dropFirst(name.count + 1), value.utf8.count == 43 else {
            return nil
        }
        return String(value)
    }

    func set(_ token: String, maxAgeSeconds: Int) -> Cookie {
        Cookie(
            name: name, value: token, maxAge: maxAgeSeconds, path: "/", secure: address.isSecure, httpOnly: true,
            sameSite: .lax)
    }

    func cleared() -> Cookie {
        Cookie(name: name, value: "", maxAge: 0, path: "/", secure: address.isSecure, httpOnly: true, sameSite: .lax)
    }
}
