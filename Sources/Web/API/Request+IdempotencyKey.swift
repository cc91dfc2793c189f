import Core
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import StrictJSON

extension Request {
    /// The name under which a program may send this request again; nil where it gives none.
    ///
    /// - Throws: `Failure` for more than one and for what is no name.
    func idempotencyKey(of caller: KeyHolder, _ body: APIValue) throws(Failure) -> IdempotencyKey? {
        let texts = headers[values: .idempotencyKey]
        guard let text = texts.first else { return nil }
        guard texts.count == 1, (1...IdempotencyKey.longest).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .invalidRequest(
                "`Idempotency-Key` must be one name of at most \(IdempotencyKey.longest) visible ASCII characters.",
                param: "Idempotency-Key")
        }
        return IdempotencyKey(owner: caller.key, text: text, fingerprint: fingerprint(body))
    }

    /// Of the address and the body as it was written.
    private func fingerprint(_ body: APIValue) -> String {
        SHA256.hash(data: Data("\(uri.path)\n".utf8) + body.node.bytes).hexadecimal
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    /// On an answer that was given before, to the same request.
    static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
}
