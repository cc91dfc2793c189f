import Foundation
import Hummingbird
import Logging
import NIOCore

/// A request's context that keeps the connection, because faults happen to connections.
struct DemoContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Returns at `deadline`, or later on a busy machine.
    func wait(until deadline: NIODeadline) async throws {
        guard deadline > .now() else { return }
        try await channel.eventLoop.scheduleTask(deadline: deadline) {}.futureResult.get()
    }

    /// Says nothing until the peer hangs up or the server stops.
    func hang() async throws -> Never {
        try await channel.closeFuture.get()
        throw ConnectionEnded()
    }

    /// Closes the connection at once, without another byte.
    func hangUp() async throws -> Never {
        try? await channel.close()
        throw ConnectionEnded()
    }

    /// As `hangUp`, and the peer gets a reset instead of an end.
    func reset() async throws -> Never {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await hangUp()
    }
}

/// The connection is gone: nothing can be answered any more.
struct ConnectionEnded: Error {}

/// Closes a connection as soon as the peer closed its side, so that a reply to nobody ends at once and the journal
/// says how far it came. Hummingbird alone would learn of it from a write that fails later.
final class HangUpHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
