import HTTPTypes

/// What the FastCGI parameters of one request say (RFC 3875 and nginx's `fastcgi_params`).
struct RequestHead {
    private(set) var request: HTTPRequest
    /// `REMOTE_ADDR`: the browser, or what nginx's realip module makes of it. Empty where nginx does not say.
    private(set) var remoteAddress = ""
    /// `REQUEST_ID`, which only nginx can set: a browser's `X-Request-Id` arrives as `HTTP_X_REQUEST_ID`.
    private(set) var requestID: String?
    private(set) var contentLength: Int?

    private var isSecure = false

    /// - Throws: `MalformedRequest`, when a required parameter is missing or one cannot be right.
    init(_ parameters: [CGIParameter]) throws(MalformedRequest) {
        request = HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil)
        var hasMethod = false
        for parameter in parameters where !parameter.value.isEmpty || parameter.name.isEmpty {
            guard !parameter.name.isEmpty, !parameter.hasControlCharacter else {
                throw MalformedRequest("a control character in a parameter")
            }
            hasMethod = hasMethod || parameter.name == "REQUEST_METHOD"
            try take(parameter)
        }
        guard hasMethod else { throw MalformedRequest("no REQUEST_METHOD: is fastcgi_params included?") }
        guard request.path != nil else { throw MalformedRequest("no REQUEST_URI: is fastcgi_params included?") }
        request.scheme = request.scheme ?? (isSecure ? "https" : "http")
    }

    /// An empty parameter says as much as none and does not come here: that is how nginx blanks a header.
    private mutating func take(_ parameter: CGIParameter) throws(MalformedRequest) {
        let value = parameter.value
        switch parameter.name {
        case "REQUEST_METHOD": request.method = try Self.method(value)
        case "REQUEST_URI": request.path = try Self.path(value)
        case "REQUEST_SCHEME": request.scheme = value == "https" ? "https" : "http"
        case "HTTPS": isSecure = value.lowercased() != "off"
        case "HTTP_HOST": try takeHost(value)
        case "REMOTE_ADDR": remoteAddress = value
        case "REQUEST_ID": requestID = Self.identifier(value)
        case "CONTENT_LENGTH": try takeContentLength(value)
        case "CONTENT_TYPE": request.headerFields[.contentType] = value
        default: takeHeader(parameter)
        }
    }

    private static func method(_ value: String) throws(MalformedRequest) -> HTTPRequest.Method {
        guard let method = HTTPRequest.Method(rawValue: value) else { throw MalformedRequest("REQUEST_METHOD") }
        return method
    }

    /// The target exactly as the browser sent it, still percent-encoded.
    private static func path(_ value: String) throws(MalformedRequest) -> String {
        guard value.utf8.first == UInt8(ascii: "/"), value.utf8.allSatisfy({ $0 > 0x20 }),
            !value.unicodeScalars.contains("\u{FFFD}")
        else {
            throw MalformedRequest("REQUEST_URI")
        }
        return value
    }

    /// An identifier goes into logs and headers as it is, so that only a plain one is taken.
    private static func identifier(_ value: String) -> String? {
        let isPlain = value.utf8.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                || byte == UInt8(ascii: "-")
        }
        return isPlain && value.utf8.count <= 64 ? value : nil
    }

    private mutating func takeHost(_ value: String) throws(MalformedRequest) {
        guard request.authority == nil || request.authority == value else { throw MalformedRequest("two hosts") }
        request.authority = value
    }

    private mutating func takeContentLength(_ value: String) throws(MalformedRequest) {
        guard let length = Int(value), length >= 0, value.utf8.first != UInt8(ascii: "+") else {
            throw MalformedRequest("CONTENT_LENGTH")
        }
        guard contentLength == nil || contentLength == length else { throw MalformedRequest("two content lengths") }
        contentLength = length
        request.headerFields[.contentLength] = String(length)
    }

    /// `HTTP_ACCEPT_LANGUAGE` becomes `accept-language`. The CGI name no longer tells `_` from `-`, which is safe as
    /// long as nginx drops names with an underscore (its default).
    private mutating func takeHeader(_ parameter: CGIParameter) {
        guard parameter.name.hasPrefix("HTTP_") else { return }
        let name = parameter.name.dropFirst(5).lowercased().map { $0 == "_" ? "-" : $0 }
        guard let name = HTTPField.Name(String(name)), !Self.dropped.contains(name.canonicalName) else { return }
        request.headerFields.append(HTTPField(name: name, value: parameter.value))
    }

    /// As header fields are named: however nginx, or whoever else opens the socket, writes the parameter.
    private static let dropped: Set = [
        // https://httpoxy.org: libraries of the worker would take it for the proxy to use.
        "proxy",
        // Known from the parameters of the same name without HTTP_, which nginx itself computes.
        "content-length", "content-type",
        // Known from HTTP_HOST itself.
        "host",
        // About the connection between browser and nginx, which ends there (RFC 9110, section 7.6.1).
        "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect",
    ]
}

/// A request that is answered with 400.
struct MalformedRequest: Error {
    /// For the log.
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
