import NIOCore
import NIOHTTP1

/// What arrives of one HTTP response, and who waits for it: a value-type state machine under `UpstreamResponse`'s lock.
///
/// It holds at most one arrival. The promise of that arrival is fulfilled when the reader takes it, and the client
/// reads no further from the connection until then: what is not read is not fetched.
struct Delivery {
    enum Arrival: Sendable {
        case head(HTTPResponseHead)
        case body(ByteBuffer)
    }

    typealias Waiter = CheckedContinuation<Arrival?, any Error>

    /// How much of a response is thrown away after its reader is content, to get the connection back.
    static let discardedBytes = 64 << 10

    private var waiter: Waiter?
    private var held: (arrival: Arrival, taken: EventLoopPromise<Void>)?
    /// How the response ended; the first end counts.
    private var outcome: Result<Void, any Error>?
    private var discardable: Int?
    private(set) var hasHead = false
    /// When the reader, or the connection that shall be got back, began to wait; nil while nobody does.
    private(set) var waitingSince: NIODeadline?

    var isOver: Bool { outcome != nil }
    var isDiscarding: Bool { discardable != nil }
}

// What the connection does.
extension Delivery {
    enum Offer {
        /// Nobody waits: go on when this promise is fulfilled.
        case hold(EventLoopPromise<Void>)
        /// The reader was waiting for it: resume it and go on.
        case hand(Waiter)
        case discard
        /// The reader is gone, or content and the rest too long: close the connection.
        case refuse
    }

    mutating func offer(_ arrival: Arrival, on loop: any EventLoop) -> Offer {
        if case .head = arrival { hasHead = true }
        if let discardable { return discard(arrival, of: discardable) }
        if isOver { return .refuse }
        if let reader = takeWaiter() { return .hand(reader) }
        let taken = loop.makePromise(of: Void.self)
        held = (arrival, taken)
        return .hold(taken)
    }

    private mutating func discard(_ arrival: Arrival, of remaining: Int) -> Offer {
        guard case .body(let bytes) = arrival, bytes.readableBytes <= remaining else { return .refuse }
        discardable = remaining - bytes.readableBytes
        return .discard
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
        case take(Arrival, EventLoopPromise<Void>)
        case over(Result<Void, any Error>)
        case wait
    }

    mutating func read(_ waiter: Waiter, at now: NIODeadline) -> Reading {
        if let (arrival, taken) = held {
            held = nil
            return .take(arrival, taken)
        }
        if let outcome { return .over(outcome) }
        precondition(self.waiter == nil, "a response has one reader")
        self.waiter = waiter
        waitingSince = now
        return .wait
    }

    /// The reader wants no more, but the connection back. Returns the promise of what was held.
    mutating func discardRest(at now: NIODeadline) -> EventLoopPromise<Void>? {
        guard !isOver else { return nil }
        discardable = Self.discardedBytes
        waitingSince = now
        return takeHeld()
    }

    /// The reader is gone. Returns who has to be told: the waiter by an error, the promise by a failure.
    mutating func abandon(_ reason: any Error) -> (Waiter?, EventLoopPromise<Void>?) {
        (end(.failure(reason)), takeHeld())
    }

    private mutating func takeHeld() -> EventLoopPromise<Void>? {
        defer { held = nil }
        return held?.taken
    }

    private mutating func takeWaiter() -> Waiter? {
        defer {
            waiter = nil
            waitingSince = nil
        }
        return waiter
    }
}
