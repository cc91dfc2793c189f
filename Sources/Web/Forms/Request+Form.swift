import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// The largest form that is read; nginx lets no more through either.
    static let maxFormBytes = 2 * 1024 * 1024

    /// The fields of a form. Fields that `type` does not know are left alone.
    ///
    /// - Throws: `Failure.invalidForm` when the body is no form, a field is missing or there twice, or it is not UTF-8 or
    ///   has a NUL character in it; an `HTTPError` with status 413 for more than `maxFormBytes`.
    func form<Form: Decodable>(_ type: Form.Type = Form.self) async throws -> Form {
        guard headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else {
            throw Failure.invalidForm
        }
        let body = try await body.collect(upTo: Self.maxFormBytes)
        guard let text = String(validating: body.readableBytesView, as: UTF8.self), !text.contains("\0"),
            text.firstRange(of: "%00") == nil, text.removingPercentEncoding != nil
        else { throw Failure.invalidForm }
        do {
            return try URLEncodedFormDecoder().decode(type, from: text)
        } catch {
            throw Failure.invalidForm
        }
    }
}

extension String {
    /// The text of a text area as it was typed: browsers send each of its line ends as CR LF, scripts as LF alone. Tokens
    /// are counted of the one, so the other must not be sent to a model.
    var typed: String { replacing("\r\n", with: "\n") }
}
