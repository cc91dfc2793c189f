import Core
import Crypto
import Foundation

/// The token that forms of the admin panel carry besides the check of their origin: derived from the session, so that
/// it needs no storage and dies with it.
enum FormToken {
    static func make(session token: SecretToken) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: purpose, using: SymmetricKey(data: Data(token.rawValue.utf8)))
        return code.hexadecimal
    }

    /// Compares in a time that does not depend on where the two differ.
    static func isValid(_ candidate: String, session token: SecretToken) -> Bool {
        let expected = Array(make(session: token).utf8)
        let given = Array(candidate.utf8)
        guard given.count == expected.count else { return false }
        return zip(given, expected).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static let purpose = Data("sluice form".utf8)
}
