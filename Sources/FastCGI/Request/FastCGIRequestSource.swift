public import Hummingbird
public import Logging

/// What a request context can be made from: what nginx says about a request beside the request itself.
public struct FastCGIRequestSource: RequestContextSource, Sendable {
    /// Carries the request id as `hb.request.id`, where Hummingbird's `RequestContext.id` looks for it.
    public let logger: Logger
    /// The browser's address as nginx sees it (`REMOTE_ADDR`); empty where nginx is not told to send it.
    public let remoteAddress: String
    /// nginx's `$request_id`, where nginx is told to send it (`fastcgi_param REQUEST_ID $request_id`), else a random
    /// one: 1 to 64 letters, digits and hyphens. Nothing that a browser sends gets here.
    public let requestID: String

    let streamClaim: StreamClaim

    /// Takes a stream slot for this request before there is a response: for handlers that commit themselves to
    /// something costly before they stream. Asked again, it gives the same answer; the slot is given back at the end
    /// of the request. A response with `X-Accel-Buffering: no` takes one by itself and becomes a 503 if there is none.
    ///
    /// - Returns: false, when every slot is taken.
    public func takeStreamSlot() -> Bool {
        streamClaim.take()
    }
}

/// A request context for responders that need nothing beside what FastCGI says.
public struct FastCGIRequestContext: RequestContext {
    public typealias Source = FastCGIRequestSource

    public var coreContext: CoreRequestContextStorage
    public let remoteAddress: String
    public let requestID: String
    private let source: FastCGIRequestSource

    public init(source: FastCGIRequestSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.remoteAddress
        requestID = source.requestID
        self.source = source
    }

    /// As `FastCGIRequestSource.takeStreamSlot`.
    public func takeStreamSlot() -> Bool {
        source.takeStreamSlot()
    }
}
