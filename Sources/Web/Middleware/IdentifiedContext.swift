public import Core
public import Hummingbird

/// A request's context that carries the id under which the request is found in nginx's log, ours and the upstream's.
public protocol IdentifiedContext: RequestContext {
    /// Made by nginx, or by us: never what a client says.
    var requestID: Core.RequestID { get }
}
