import Foundation

/// The machine's wall clock. It may step backwards; whoever compares with a stored moment must expect that.
public struct SystemTime: TimeSource {
    public init() {}

    public func now() -> Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
