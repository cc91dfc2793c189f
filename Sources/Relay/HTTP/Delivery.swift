import NIOCore
import NIOHTTP1

/// What has arrived of one HTTP response, and who waits for it: a value-type state machine under `UpstreamResponse`'s
/// lock.
///
/// Bytes are held until the reader takes them. From `heldBytesLimit` on, the client is told to read no further until
/// the reader came: what is not read is not fetched. Below it they are taken off the client at once, because it
/// throws away what it still has when the connection fails, and that was produced and is paid for.
struct Delivery {
    enum Arrival: Sendable {
        case head(HTTPResponseHead)
        case body(ByteBuffer)
    }

    typealias Waiter = CheckedContinuation<Arrival?, any Error>

    static let heldBytesLimit = 64 << 10
    /// How much of a response is thrown away after its reader is content, to get the connection back.
    static let discardedBytesLimit = 64 << 10

    private var waiter: Waiter?
    private var heldHead: HTTPResponseHead?
    private var heldBytes: ByteBuffer?
    /// Kept by the client until the reader has taken what is held.
    private var taken: EventLoopPromise<Void>?
    /// How the response ended; the first end counts.
    private var outcome: Result<Void, any Error>?
    private var discardableBytes: Int?
    private(set) var hasHead = false
    /// When the reader, or the connection that shall be got back, began to wait; nil while nobody does.
    private(set) var waitingSince: NIODeadline?

    var isOver: Bool { outcome != nil }
    var isDiscarding: Bool { discardableBytes != nil }
}

// What the connection does.
extension Delivery {
    enum Offer {
        case accept
        /// The reader was waiting for it: resume it, and go on.
        case hand(Waiter)
        /// Enough for now: go on when this promise is fulfilled.
        case hold(EventLoopPromise<Void>)
        /// The reader is gone, or content and the rest too long: close the connection.
        case refuse
    }

    mutating func offer(_ head: HTTPResponseHead) -> Offer {
        hasHead = true
        if isOver { return .refuse }
        if let reader = takeWaiter() { return .hand(reader) }
        heldHead = head
        return .accept
    }

    mutating func offer(_ bytes: ByteBuffer, on loop: any EventLoop) -> Offer {
        if let discardableBytes { return discard(bytes, of: discardableBytes) }
        if isOver { return .refuse }
        if let reader = takeWaiter() { return .hand(reader) }
        return hold(bytes, on: loop)
    }

    private mutating func discard(_ bytes: ByteBuffer, of remaining: Int) -> Offer {
        guard !isOver, bytes.readableBytes <= remaining else { return .refuse }
        discardableBytes = remaining - bytes.readableBytes
        return .accept
    }

    private mutating func hold(_ bytes: ByteBuffer, on loop: any EventLoop) -> Offer {
        if heldBytes?.writeImmutableBuffer(bytes) == nil { heldBytes = bytes }
        guard heldBytes?.readableBytes ?? 0 >= Self.heldBytesLimit else { return .accept }
        let taken = loop.makePromise(of: Void.self)
        self.taken = taken
        return .hold(taken)
    }

    /// Ends the response. The waiter that is returned has to be told; what is held can still be read.
    mutating func end(_ result: Result<Void, any Error>) -> Waiter? {
        guard outcome == nil else { return nil }
        outcome = result
        defer { waitingSince = nil }
        return takeWaiter()
    }
}

// What the reader does.
extension Delivery {
    enum Reading {
        /// The client may go on where it waits for the promise.
        case take(Arrival, EventLoopPromise<Void>?)
        case over(Result<Void, any Error>)
        case wait
    }

    mutating func read(_ waiter: Waiter, at now: NIODeadline) -> Reading {
        if let arrival = takeHeld() { return .take(arrival, takePromise()) }
        if let outcome { return .over(outcome) }
        precondition(self.waiter == nil, "a response has one reader")
        self.waiter = waiter
        waitingSince = now
        return .wait
    }

    /// The reader wants no more, but the connection back. The client may go on where it waits for the promise.
    mutating func discardRest(at now: NIODeadline) -> EventLoopPromise<Void>? {
        guard !isOver else { return nil }
        discardableBytes = Self.discardedBytesLimit
        waitingSince = now
        heldBytes = nil
        return takePromise()
    }

    /// No more is wanted. What has arrived of the body can still be read. Returns who has to be told: the waiter by an
    /// error, the promise by a failure.
    mutating func abandon(_ reason: any Error) -> (Waiter?, EventLoopPromise<Void>?) {
        heldHead = nil
        return (end(.failure(reason)), takePromise())
    }

    private mutating func takeHeld() -> Arrival? {
        if let head = heldHead {
            heldHead = nil
            return .head(head)
        }
        defer { heldBytes = nil }
        return heldBytes.map { .body($0) }
    }

    private mutating func takePromise() -> EventLoopPromise<Void>? {
        defer { taken = nil }
        return taken
    }

    private mutating func takeWaiter() -> Waiter? {
        defer {
            waiter = nil
            waitingSince = nil
        }
        return waiter
    }
}
