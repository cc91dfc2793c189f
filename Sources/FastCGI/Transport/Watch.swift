/// Tells connections that are being answered that their peer has left or that their socket has room again, and gives
/// up those that take too long. One thread, one event set.
///
/// EPOLLOUT is asked for only while somebody waits for it; else every read of nginx would wake this thread.
final class Watch: Sendable {
    private let events: EventSet
    private let connections: Connections
    private let readLimit: Duration
    private let stallLimit: Duration

    private static let wakeTag: UInt64 = 1

    init(_ connections: Connections, readLimit: Duration, stallLimit: Duration, until wakeUp: WakeUp) throws {
        events = try EventSet()
        self.connections = connections
        self.readLimit = readLimit
        self.stallLimit = stallLimit
        try events.addLasting(wakeUp.descriptor, tag: Self.wakeTag)
    }

    /// Watches from now on. False: the kernel refused.
    func begin(_ connection: Connection) -> Bool {
        (try? events.add(connection.descriptor, .hangUp, tag: connection.id)) != nil
    }

    func askForWritable(_ connection: Connection) {
        events.rearm(connection.descriptor, [.hangUp, .writable], tag: connection.id)
    }

    func askForHangUp(_ connection: Connection) {
        events.rearm(connection.descriptor, .hangUp, tag: connection.id)
    }

    /// The thread's work: returns when the wake-up rings.
    func run() {
        let period = min(.seconds(1), readLimit / 2, stallLimit / 2)
        var nextRound = ContinuousClock.now + period
        while true {
            let event = events.next(timeout: milliseconds(until: nextRound))
            if event?.tag == Self.wakeTag { return }
            if let event { tell(event) }
            guard ContinuousClock.now >= nextRound else { continue }
            giveUpOnTheSlow()
            nextRound = ContinuousClock.now + period
        }
    }

    private func tell(_ event: EventSet.Event) {
        guard let connection = connections[event.tag] else { return }
        if event.isGone {
            connection.peerLeft()
        } else {
            connection.becameWritable(self)
        }
    }

    private func giveUpOnTheSlow() {
        let now = ContinuousClock.now
        for connection in connections.all {
            connection.giveUp(ifWaitingSince: now - readLimit, orWritingSince: now - stallLimit)
        }
    }

    private func milliseconds(until instant: ContinuousClock.Instant) -> Int32 {
        let rest = ContinuousClock.now.duration(to: instant)
        return Int32(max(0, rest / .milliseconds(1)).rounded(.up))
    }
}
