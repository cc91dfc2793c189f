import HTTPTypes
import Hummingbird
import NIOCore

/// What came in on a connection.
enum Incoming {
    case request(RequestHead, body: ByteBuffer)
    /// To be answered without asking the responder. `reason` is for the log.
    case refused(HTTPResponse.Status, reason: String)

    var head: RequestHead? {
        if case .request(let head, _) = self { head } else { nil }
    }

    /// Reads the body after the head was read. Nil: it broke off.
    ///
    /// A refused request is read to its end all the same: nginx takes an answer only after it could send everything.
    init?(reading request: LibFCGIRequest, maxBodyBytes: Int) {
        let head: RequestHead
        do throws(MalformedRequest) {
            head = try RequestHead(request.parameters)
        } catch {
            guard Self.discardBody(of: request) else { return nil }
            self = .refused(.badRequest, reason: error.reason)
            return
        }
        self.init(reading: request, head: head, maxBodyBytes: maxBodyBytes)
    }

    private init?(reading request: LibFCGIRequest, head: RequestHead, maxBodyBytes: Int) {
        var body = ByteBuffer()
        let isWhole = Self.readBody(of: request, upTo: min(maxBodyBytes, head.contentLength ?? .max), into: &body)
        guard isWhole || Self.discardBody(of: request) else { return nil }
        if !isWhole, body.readableBytes > maxBodyBytes {
            self = .refused(.contentTooLarge, reason: "more than \(maxBodyBytes) bytes of body")
        } else if request.isInputBroken {
            return nil
        } else if body.readableBytes != head.contentLength ?? body.readableBytes {
            self = .refused(.badRequest, reason: "CONTENT_LENGTH and the body differ")
        } else {
            self = .request(head, body: body)
        }
    }

    /// - Returns: whether the body ended within `limit` bytes; else one byte more has been read.
    private static func readBody(of request: LibFCGIRequest, upTo limit: Int, into body: inout ByteBuffer) -> Bool {
        while body.readableBytes <= limit {
            let wanted = min(limit + 1 - body.readableBytes, 64 * 1024)
            if request.readBody(wanted, into: &body) < wanted { return true }
        }
        return false
    }

    private static func discardBody(of request: LibFCGIRequest) -> Bool {
        var total = 0
        while total < mostDiscardedBytes {
            var piece = ByteBuffer()
            let count = request.readBody(64 * 1024, into: &piece)
            total += count
            if count < 64 * 1024 { return !request.isInputBroken }
        }
        return false
    }

    /// nginx refuses bodies over `client_max_body_size` itself. Whoever sends this much past it is cut off.
    private static let mostDiscardedBytes = 256 * 1024 * 1024
}
