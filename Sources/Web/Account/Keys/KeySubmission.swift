import Core
import Crypto
import Foundation

/// How the form of a new key and the key's secret belong together.
///
/// The secret is random, shown once and stored nowhere, and yet a form that is sent twice, as by a double click, must
/// make one key and both answers show the same: the browser drops one of them. So its 256 bits come from the 256 random
/// bits in the form, keyed with the session: the form alone, or the session alone, says nothing about it.
enum KeySubmission {
    /// How long after its making a key's secret may still be shown to whoever sends the same form again.
    static let repeatSeconds: Int64 = 60

    static func secret(of form: SecretToken, in session: SecretToken) -> APIKey.Secret {
        let key = SymmetricKey(data: Data(session.rawValue.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data("sluice key \(form.rawValue)".utf8), using: key)
        return APIKey.Secret(bits: Array(code))
    }
}
