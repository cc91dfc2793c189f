import Glibc
import Logging
import NIOCore
import Synchronization

/// One accepted connection, which carries one request: first it waits for the request, then a thread of `Intake` reads
/// it, then a task writes the response.
///
/// `@unchecked Sendable`, because libfcgi's request has one owner at a time and is handed on in that order: the intake
/// thread that got the one-shot event, then the task that it starts. What other threads do (the watch, the shutdown)
/// goes through `state`, and touches the descriptor only under its lock and while the phase says that it is open and
/// not with libfcgi, so that no call can hit a descriptor that was closed and given to another connection.
final class Connection: @unchecked Sendable {
    enum Phase {
        case waiting(since: ContinuousClock.Instant)
        /// libfcgi reads, and may close the descriptor.
        case reading
        case answering
        case closed
    }

    private struct State {
        var phase: Phase
        var task: Task<Void, Never>?
        var isLost = false
        var isCancelled = false
        var writer: (continuation: CheckedContinuation<Void, Never>, since: ContinuousClock.Instant)?
    }

    let id: UInt64
    private let request: LibFCGIRequest
    private let state: Mutex<State>
    /// Nothing was sent yet, so that the send buffer is empty and the first piece needs no question.
    private var isFresh = true

    init(adopting descriptor: Int32, id: UInt64) {
        self.id = id
        request = LibFCGIRequest(adopting: descriptor)
        state = Mutex(State(phase: .waiting(since: .now)))
    }

    var descriptor: Int32 { request.descriptor }

    var hasRequest: Bool { request.isReadable }

    // MARK: Reading, on an intake thread

    /// Reads the request; blocks up to the socket's receive timeout for each read. Nil: there is none, and the
    /// connection is closed.
    func read(maxBodyBytes: Int) -> Incoming? {
        let isMine = state.withLock { state in
            guard case .waiting = state.phase else { return false }
            state.phase = .reading
            return true
        }
        guard isMine else { return nil }
        let incoming = request.readHead() ? Incoming(reading: request, maxBodyBytes: maxBodyBytes) : nil
        if incoming == nil { abort() }
        return incoming
    }

    /// Hands the connection to a task, which from now on is cancelled when the peer leaves.
    func answer(watchedBy watch: Watch, _ body: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.phase = .answering
            // Under the lock, so that an event that comes at once finds the task.
            state.task = Task(operation: body)
            state.isLost = !watch.begin(self)
            if state.isLost { state.task?.cancel() }
        }
    }

    // MARK: Writing, in the task

    /// Sends bytes; with `flush` nothing of them stays in libfcgi's buffer.
    ///
    /// After a cancellation it still writes what the socket takes at once, so that a stream can say that it ends, but
    /// it no longer waits.
    ///
    /// - Throws: `ConnectionLost`, also after `finish`; `CancellationError`.
    func send(_ buffer: ByteBuffer, flush: Bool, watch: Watch) async throws {
        guard !isClosed else { throw ConnectionLost() }
        var rest = buffer
        while let piece = rest.readSlice(length: min(WriteLimit.bytes, rest.readableBytes)), piece.readableBytes > 0 {
            try await waitUntilWritable(watch)
            guard piece.withUnsafeReadableBytes(request.write) else { throw ConnectionLost() }
            isFresh = false
        }
        guard !flush || request.flush() else { throw ConnectionLost() }
    }

    /// Ends the response and closes. Does nothing when that has been done.
    func finish(watch: Watch) async throws {
        guard !isClosed else { return }
        if !isFresh { try await waitUntilWritable(watch) }
        close(request.finish)
    }

    /// Closes so that the peer sees a cut response. Does nothing when it is closed.
    func abort() {
        close(request.abort)
    }

    var isClosed: Bool {
        state.withLock { if case .closed = $0.phase { true } else { false } }
    }

    /// The peer has closed the connection: nobody reads the response any more.
    var isLost: Bool { state.withLock(\.isLost) }

    private func close(_ end: () -> Void) {
        state.withLock { state in
            if case .closed = state.phase { return }
            state.phase = .closed
            state.task = nil
            end()
        }
    }

    private func waitUntilWritable(_ watch: Watch) async throws {
        while true {
            if isLost { throw ConnectionLost() }
            if isFresh || request.isWritable { return }
            try Task.checkCancellation()
            await withTaskCancellationHandler {
                await withCheckedContinuation { suspend($0, watch) }
            } onCancel: {
                wakeWriter { $0.isCancelled = true }
            }
        }
    }

    private func suspend(_ continuation: CheckedContinuation<Void, Never>, _ watch: Watch) {
        let isSuspended = state.withLock { state in
            guard case .answering = state.phase, !state.isLost, !state.isCancelled else { return false }
            state.writer = (continuation, .now)
            watch.askForWritable(self)
            return true
        }
        if !isSuspended { continuation.resume() }
    }

    private func wakeWriter(_ change: (inout State) -> Void) {
        let writer = state.withLock { state in
            change(&state)
            return state.writer.take()
        }
        writer?.continuation.resume()
    }
}

/// What the watch and the shutdown do to a connection, from any thread.
extension Connection {
    /// The peer closed: whoever works for it is cancelled.
    func peerLeft() {
        lose { _ in true }
    }

    /// - Parameter watch: goes on to look for a hang-up. Armed before the writer goes on, which may close.
    func becameWritable(_ watch: Watch) {
        wakeWriter { state in
            guard case .answering = state.phase else { return }
            watch.askForHangUp(self)
        }
    }

    /// Ends what takes too long: a connection on which nothing is sent, and a peer that does not read.
    func giveUp(ifWaitingSince readLimit: ContinuousClock.Instant, orWritingSince stallLimit: ContinuousClock.Instant) {
        state.withLock { state in
            // The intake gets the event, finds the end of the stream and closes.
            if case .waiting(let since) = state.phase, since < readLimit { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        lose { $0.writer.map { $0.since < stallLimit } ?? false }
    }

    /// Ends it now: the task is cancelled and has to come to an end by itself.
    func cancel() {
        let task = state.withLock { state in
            if case .waiting = state.phase { shutdown(descriptor, Int32(SHUT_RDWR)) }
            return state.task
        }
        task?.cancel()
    }

    private func lose(if condition: (borrowing State) -> Bool) {
        let (task, writer) = state.withLock { state -> (Task<Void, Never>?, CheckedContinuation<Void, Never>?) in
            guard case .answering = state.phase, condition(state) else { return (nil, nil) }
            state.isLost = true
            return (state.task, state.writer.take()?.continuation)
        }
        task?.cancel()
        writer?.resume()
    }
}

/// The peer is gone, or did not read for so long that it was given up.
struct ConnectionLost: Error {}
