/// How a `FastCGIServer` works.
public struct FastCGIConfiguration: Sendable {
    /// Threads that accept connections and read requests. 4 to 8: they block only while a request comes in.
    public var threads = 4
    /// The largest body of a request; a larger one is answered with 413.
    public var maxBodyBytes = 2 * 1024 * 1024
    /// Connections beyond those of the streams, for pages: they are answered while every stream slot is taken.
    /// With all of them in use no further connection is accepted; it waits in the socket's backlog.
    public var pageReserve = 256
    /// What `Retry-After` says where a stream is refused.
    public var retryAfterSeconds = 5
    /// How long a peer may take for the next bytes of its request. nginx sends a request at once.
    public var readLimit: Duration = .seconds(10)
    /// How long a peer may leave a full socket unread before its response is cut. Longer than nginx's `send_timeout`.
    public var stallLimit: Duration = .seconds(60)
    /// How long open requests may go on after a graceful shutdown began. Then they are cancelled.
    public var drainLimit: Duration = .seconds(60)

    public init() {}
}
