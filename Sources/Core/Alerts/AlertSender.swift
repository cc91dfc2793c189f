/// The port to where alerts go.
public protocol AlertSender: Sendable {
    /// Returns when the receiver has taken it; within seconds, whatever the receiver does.
    ///
    /// - Throws: `AlertFailure`.
    func send(_ notice: AlertNotice, to target: AlertTarget) async throws
}

/// Why an alert was not taken.
public struct AlertFailure: Error, Sendable, Hashable {
    /// For admins and the log. Says nothing of the target's address, which is a secret.
    public var reason: String
    /// Trying again cannot help.
    public var isFinal: Bool
    /// How long the receiver wants to be left alone.
    public var retryAfterSeconds: Int64?

    public init(_ reason: String, isFinal: Bool = false, retryAfterSeconds: Int64? = nil) {
        self.reason = reason
        self.isFinal = isFinal
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// Lets an admin see whether alerts would arrive.
public protocol AlertTests: Sendable {
    /// Sends an example, which says that it is one, to each channel that has a target; all at the same time.
    func send(to targets: AlertTargets) async throws -> [AlertRule.Channel: Result<Void, AlertFailure>]
}
