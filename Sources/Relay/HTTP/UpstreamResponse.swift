import AsyncHTTPClient
import Core
import NIOCore
import NIOHTTP1
import Synchronization

/// One response as it arrives: the client calls the delegate methods on its event loop, one reader calls the rest.
///
/// AsyncHTTPClient's own read timeout counts also while *we* do not read, and would cut off a slow reader. So the
/// timer here runs only while somebody waits for bytes: one timer a response, which looks at the clock when it fires.
final class UpstreamResponse: HTTPClientResponseDelegate {
    typealias Response = Void

    /// How long the reader waits for the head, and then for each next piece.
    struct Patience: Sendable {
        var forHead: TimeAmount
        var forBody: TimeAmount
    }

    private struct State {
        var delivery = Delivery()
        var end: EventLoopFuture<Void>?
        var wasSent = false
        var task: HTTPClient.Task<Void>?
        var timer: Scheduled<Void>?
    }

    private let patience: Patience
    private let state = Mutex(State())

    init(patience: Patience) {
        self.patience = patience
    }

    /// Sends `request` and starts the timer.
    func begin(_ request: HTTPClient.Request, with client: HTTPClient) {
        let task = client.execute(request: request, delegate: self)
        let isOver = state.withLock { state in
            state.end = task.futureResult
            state.task = state.delivery.isOver ? nil : task
            return state.delivery.isOver
        }
        if !isOver { watch(on: task.eventLoop, at: .now() + patience.forHead) }
    }

    /// Whether the server may have seen something of the request; to be asked after `close`. Bytes can be on their way
    /// before the client says so: it has said so, if ever, when it has closed.
    func wasSent() async -> Bool {
        try? await state.withLock(\.end)?.get()
        return state.withLock(\.wasSent)
    }

    /// The status line and headers; call it first, once.
    ///
    /// - Throws: what the transport threw; `UpstreamFailure.timedOut`; `CancellationError`.
    func head() async throws -> HTTPResponseHead {
        guard case .head(let head) = try await next() else { throw HTTPClientError.remoteConnectionClosed }
        return head
    }

    /// The next bytes of the body, or nil at its end. When the task is cancelled, what has arrived before comes first.
    ///
    /// - Throws: as `head`.
    func nextBytes() async throws -> ByteBuffer? {
        guard case .body(let bytes) = try await next() else { return nil }
        return bytes
    }

    private func next() async throws -> Delivery.Arrival? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let reading = state.withLock { $0.delivery.read(waiter, at: .now()) }
                switch reading {
                case .take(let arrival, let taken):
                    waiter.resume(returning: arrival)
                    taken?.succeed()
                case .over(let outcome): waiter.resume(with: outcome.map { nil })
                case .wait: break
                }
            }
        } onCancel: {
            close(CancellationError())
        }
    }

    /// The reader is content: reads a short rest and drops it, so that the connection can serve the next call.
    func discardRest() {
        state.withLock { $0.delivery.discardRest(at: .now()) }?.succeed()
    }

    /// Closes the connection, unless the response is over or its rest is being dropped.
    func closeUnlessDone() {
        let isDone = state.withLock { $0.delivery.isOver || $0.delivery.isDiscarding }
        if !isDone { close(CancellationError()) }
    }

    /// Closes the connection; a reader that waits gets `reason`.
    func close(_ reason: any Error) {
        let (waiter, held) = state.withLock { $0.delivery.abandon(reason) }
        waiter?.resume(throwing: reason)
        held?.fail(reason)
        release()?.cancel()
    }

    /// Lets go of the client's task, which in turn holds this object, and of the timer.
    @discardableResult
    private func release() -> HTTPClient.Task<Void>? {
        let (task, timer) = state.withLock { state in
            defer { (state.task, state.timer) = (nil, nil) }
            return (state.task, state.timer)
        }
        timer?.cancel()
        return task
    }
}

// What the client calls.
extension UpstreamResponse {
    func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
        state.withLock { $0.wasSent = true }
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        watch(on: task.eventLoop, at: .now() + patience.forBody)
        return follow(state.withLock { $0.delivery.offer(head) }, .head(head), task.eventLoop)
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        follow(state.withLock { $0.delivery.offer(buffer, on: task.eventLoop) }, .body(buffer), task.eventLoop)
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws {
        ended(.success(()))
    }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) {
        ended(.failure(error))
    }

    private func follow(
        _ offer: Delivery.Offer, _ arrival: Delivery.Arrival, _ loop: any EventLoop
    ) -> EventLoopFuture<Void> {
        switch offer {
        case .accept: break
        case .hand(let waiter): waiter.resume(returning: arrival)
        case .hold(let taken): return taken.futureResult
        case .refuse: return loop.makeFailedFuture(HTTPClientError.cancelled)
        }
        return loop.makeSucceededVoidFuture()
    }

    private func ended(_ outcome: Result<Void, any Error>) {
        state.withLock { $0.delivery.end(outcome) }?.resume(with: outcome.map { nil })
        release()
    }
}

// The timer.
extension UpstreamResponse {
    /// Sets the timer, in place of the one there was.
    private func watch(on loop: any EventLoop, at deadline: NIODeadline) {
        let timer = loop.scheduleTask(deadline: deadline) { self.look(on: loop) }
        let superfluous = state.withLock { state in
            if state.delivery.isOver { return timer as Scheduled<Void>? }
            defer { state.timer = timer }
            return state.timer
        }
        superfluous?.cancel()
    }

    private func look(on loop: any EventLoop) {
        let now = NIODeadline.now()
        let deadline = state.withLock { state in
            let patience = state.delivery.hasHead ? patience.forBody : patience.forHead
            return (state.delivery.waitingSince ?? now) + patience
        }
        if deadline <= now {
            close(UpstreamFailure.timedOut)
        } else {
            watch(on: loop, at: deadline)
        }
    }
}
