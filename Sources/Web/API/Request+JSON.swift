import HTTPTypes
import Hummingbird
import NIOCore
import StrictJSON

extension Request {
    /// The largest body that an API client may send; nginx lets no more through either.
    static let maxAPIBytes = 2 * 1024 * 1024

    /// The body, an object.
    ///
    /// - Throws: `Failure`: 413 for more than `maxAPIBytes`; 400 for what is no JSON object, with the byte where that
    ///   shows. JSON that two readers could understand differently is none: RFC 8259, sections 4 and 8.
    func json() async throws -> APIValue {
        let bytes: ByteBuffer
        do {
            bytes = try await body.collect(upTo: Self.maxAPIBytes)
        } catch is NIOTooManyBytesError {
            throw Failure.bodyTooLarge
        }
        do {
            return try APIValue(JSONDocument(Array(bytes.readableBytesView)).root).object()
        } catch let flaw as JSONFlaw {
            throw Failure.invalidRequest("The body is not valid JSON: \(flaw.words).", code: "invalid_json")
        }
    }
}

extension Failure {
    static var bodyTooLarge: Failure {
        Failure(
            status: .contentTooLarge, title: "That is too much at once",
            explanation: "The body has more than \(Request.maxAPIBytes) bytes, the most that is taken.",
            code: "request_too_large")
    }
}

extension JSONFlaw {
    fileprivate var words: String {
        switch reason {
        case .unfinished: "it ends too early"
        case .unexpectedByte: "byte \(offset) is not expected there"
        case .badNumber: "the number at byte \(offset) is not one"
        case .badEscape: "the escape at byte \(offset) is none"
        case .loneSurrogate: "half of a surrogate pair at byte \(offset)"
        case .notUTF8: "byte \(offset) is not UTF-8"
        case .tooDeep: "it is nested too deeply at byte \(offset)"
        case .tooLong: "it is too long"
        case .duplicateMember(let name): "the member “\(name)” stands twice in one object, at byte \(offset)"
        }
    }
}
