public import Core
import Synchronization

/// An upstream that does what a test says, when the test says so.
public final class ScriptedUpstream: Upstream {
    public enum Answer: Sendable {
        case accept
        /// Sends these by itself.
        case send(UpstreamReply)
        /// The same, another one to each call.
        case give(@Sendable (UpstreamCall) -> UpstreamReply)
        /// Plays every reply by itself.
        case play(@Sendable (ScriptedReply) async -> Void)
        case fail(UpstreamFailure)
        /// Says nothing until its reply is accepted, or the caller gives up.
        case hang
        /// Cannot be reached until the caller gives up.
        case connect
    }

    private struct State {
        var answer = Answer.accept
        var replies: [ScriptedReply] = []
        var cancelledOpenings = 0
        var modelNames: Result<[String], UpstreamFailure> = .success(["demo-small"])
    }

    private let state = Mutex(State())
    private let opened = AsyncStream.makeStream(of: ScriptedReply.self)

    public init() {}

    public var answer: Answer {
        get { state.withLock { $0.answer } }
        set { state.withLock { $0.answer = newValue } }
    }

    /// The calls that came, accepted or not.
    public var calls: [UpstreamCall] { state.withLock { $0.replies.map(\.call) } }

    public var cancelledOpenings: Int { state.withLock { $0.cancelledOpenings } }

    public func open(_ call: UpstreamCall) async throws -> UpstreamReply {
        let reply = ScriptedReply(call: call)
        let answer = state.withLock { state in
            state.replies.append(reply)
            return state.answer
        }
        opened.continuation.yield(reply)
        switch answer {
        case .accept: return UpstreamReply(events: reply.stream)
        case .send(let reply): return reply
        case .give(let give): return give(call)
        case .play(let play):
            Task { await play(reply) }
            return UpstreamReply(events: reply.stream)
        case .fail(let failure): throw failure
        case .hang:
            if await reply.isAccepted() { return UpstreamReply(events: reply.stream) }
            state.withLock { $0.cancelledOpenings += 1 }
            throw CancellationError()
        case .connect:
            for await _ in AsyncStream<Never>.makeStream().stream {}
            throw UpstreamFailure.unreachable(detail: "given up before it was sent")
        }
    }

    public var modelNames: Result<[String], UpstreamFailure> {
        get { state.withLock { $0.modelNames } }
        set { state.withLock { $0.modelNames = newValue } }
    }

    public func modelNames(at endpoint: UpstreamEndpoint) async throws -> [String] { try modelNames.get() }

    /// The next call, when it has come.
    public func next() async -> ScriptedReply {
        for await reply in opened.stream { return reply }
        preconditionFailure("the stream of calls never ends")
    }
}

/// One call, as its test plays it.
public final class ScriptedReply: Sendable {
    public let call: UpstreamCall
    public let stream: AsyncThrowingStream<UpstreamEvent, any Error>
    private let continuation: AsyncThrowingStream<UpstreamEvent, any Error>.Continuation
    private let cancellation = AsyncStream.makeStream(of: Void.self)
    private let acceptance = AsyncStream.makeStream(of: Void.self)

    init(call: UpstreamCall) {
        self.call = call
        (stream, continuation) = AsyncThrowingStream.makeStream()
        continuation.onTermination = { [cancelled = cancellation.continuation] termination in
            if case .cancelled = termination { cancelled.yield() }
            cancelled.finish()
        }
    }

    /// Ends the silence of an upstream that hangs.
    public func accept() { acceptance.continuation.yield() }

    /// - Returns: false when the caller gives up first.
    func isAccepted() async -> Bool {
        for await _ in acceptance.stream { return true }
        return false
    }

    public func send(_ events: UpstreamEvent...) {
        for event in events { continuation.yield(event) }
    }

    public func finish(_ reason: FinishReason = .stop) {
        continuation.yield(.finished(reason))
        continuation.finish()
    }

    public func fail(_ failure: UpstreamFailure) { continuation.finish(throwing: failure) }

    /// Waits for the end, and says whether the gate cut it.
    public func wasCancelled() async -> Bool {
        for await _ in cancellation.stream { return true }
        return false
    }
}

extension UpstreamCall {
    /// Of the chat page.
    public var messages: [ChatMessage] {
        if case .messages(let messages) = body { messages } else { [] }
    }
}
