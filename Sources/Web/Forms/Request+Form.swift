import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// The largest form that is read; nginx lets no more through either.
    static let maxFormBytes = 2 * 1024 * 1024

    /// The fields of a form. Fields that `form` does not know are left alone.
    ///
    /// - Throws: `Failure.invalidForm` when the body is no form, a field is missing or there twice, or it is not UTF-8 or
    ///   has a NUL character in it; an `HTTPError` with status 413 for more than `maxFormBytes`.
    func form<Form: Decodable>(_ form: Form.Type = Form.self) async throws -> Form {
        guard let type = headers[.contentType] else { throw Failure.invalidForm }
        return try Self.read(form, from: try await body.collect(upTo: Self.maxFormBytes), type: type)
    }

    /// - Parameter type: the content type, which says in which of two ways the form was sent.
    static func read<Form: Decodable>(
        _ form: Form.Type, from body: ByteBuffer, type: String
    ) throws(Failure) -> Form {
        guard let text = fields(of: body, type), !text.contains("\0"), text.firstRange(of: "%00") == nil,
            text.removingPercentEncoding != nil
        else { throw .invalidForm }
        do {
            return try URLEncodedFormDecoder().decode(form, from: text)
        } catch {
            throw .invalidForm
        }
    }

    /// As `name=value&…`, whichever way they were sent; nil for what is no form.
    private static func fields(of body: ByteBuffer, _ type: String) -> String? {
        if let boundary = MultipartForm.boundary(of: type) {
            return MultipartForm(Data(body.readableBytesView), boundary: boundary)?.encoded
        }
        guard type.lowercased().hasPrefix("application/x-www-form-urlencoded") else { return nil }
        return String(validating: body.readableBytesView, as: UTF8.self)
    }
}

extension String {
    /// The text of a text area as it was typed: browsers send each of its line ends as CR LF, scripts as LF alone. Tokens
    /// are counted of the one, so the other must not be sent to a model.
    var typed: String { replacing("\r\n", with: "\n") }
}
