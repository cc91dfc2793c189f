import HTTPTypes
import Hummingbird

/// The head of a response as a CGI response carries it: `Status:` first, then the fields (RFC 3875, section 6.3).
struct ResponseHead {
    let text: String

    /// - Throws: `UnsafeField`, when a value has a control character other than the tab. HTTPTypes replaces CR, LF and
    ///   NUL already; a head that could still be split is a defect and must not reach nginx.
    init(_ response: HTTPResponse) throws(UnsafeField) {
        var text = "Status: \(response.status.code) \(response.status.reasonPhrase)\r\n"
        for field in response.headerFields where !Self.dropped.contains(field.name) {
            guard !Self.isUnsafe(field.value) else { throw UnsafeField(name: field.name.rawName) }
            text += field.name.rawName
            text += ": "
            text += field.value
            text += "\r\n"
        }
        self.text = text + "\r\n"
    }

    private static func isUnsafe(_ value: String) -> Bool {
        value.utf8.contains { ($0 < 0x20 && $0 != UInt8(ascii: "\t")) || $0 == 0x7F }
    }

    /// `Status` would take the place of the status; the rest is for nginx to decide, as it owns the connection.
    private static let dropped: Set<HTTPField.Name> = [
        HTTPField.Name("Status")!, .connection, .transferEncoding, .trailer, .upgrade, HTTPField.Name("Keep-Alive")!,
    ]
}

struct UnsafeField: Error {
    var name: String
}

extension Response {
    /// Whether nginx passes it on piece by piece (its `X-Accel-Buffering: no`), so that it may last for minutes.
    var isStream: Bool {
        headers[.xAccelBuffering]?.lowercased() == "no"
    }

    /// A short answer in plain text, for what never reaches the responder.
    static func plain(_ status: HTTPResponse.Status, _ text: String, retryAfterSeconds: Int? = nil) -> Response {
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"]
        headers[.retryAfter] = retryAfterSeconds.map(String.init)
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}

extension HTTPField.Name {
    static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
