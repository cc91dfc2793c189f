import CFastCGI
import Glibc

/// An epoll set (epoll(7)). Registrations are one-shot unless said otherwise: after its event a descriptor is silent
/// until `rearm`, so that an event has one owner and needs no lock.
final class EventSet: Sendable {
    struct Interest: OptionSet {
        let rawValue: UInt32

        static let readable = Interest(rawValue: fastcgi_readable)
        static let writable = Interest(rawValue: fastcgi_writable)
        /// The peer closed or shut down its side. Errors and full hang-ups are always reported.
        static let hangUp = Interest(rawValue: fastcgi_hang_up)
    }

    struct Event {
        var tag: UInt64
        var events: UInt32

        var isGone: Bool { events & fastcgi_gone != 0 }
    }

    private let descriptor: Int32

    init() throws {
        descriptor = fastcgi_epoll()
        guard descriptor >= 0 else { throw SystemError("epoll_create1") }
    }

    deinit {
        close(descriptor)
    }

    /// - Throws: `SystemError`, when the kernel has no memory or watches left for it (`max_user_watches`).
    func add(_ fd: Int32, _ interest: Interest, tag: UInt64) throws {
        let added = fastcgi_epoll_add(descriptor, fd, interest.rawValue | fastcgi_one_shot, tag)
        guard added == 0 else { throw SystemError("epoll_ctl") }
    }

    /// Registers a descriptor that reports to every waiting thread for as long as it is readable.
    func addLasting(_ fd: Int32, tag: UInt64) throws {
        guard fastcgi_epoll_add(descriptor, fd, fastcgi_readable, tag) == 0 else { throw SystemError("epoll_ctl") }
    }

    /// Does nothing for a descriptor that is not (any more) in the set.
    func rearm(_ fd: Int32, _ interest: Interest, tag: UInt64) {
        _ = fastcgi_epoll_change(descriptor, fd, interest.rawValue | fastcgi_one_shot, tag)
    }

    func remove(_ fd: Int32) {
        _ = fastcgi_epoll_remove(descriptor, fd)
    }

    /// Waits for one event. Nil after a signal, or after `timeout` milliseconds (-1: none).
    func next(timeout: Int32 = -1) -> Event? {
        var event = fastcgi_event()
        guard fastcgi_epoll_wait(descriptor, &event, 1, timeout) == 1 else { return nil }
        return Event(tag: event.tag, events: event.events)
    }
}

/// Wakes every thread that waits on the sets it was added to (eventfd(2)), for good.
final class WakeUp: Sendable {
    let descriptor: Int32

    init() throws {
        descriptor = fastcgi_eventfd()
        guard descriptor >= 0 else { throw SystemError("eventfd") }
    }

    deinit {
        close(descriptor)
    }

    func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }
}

/// A system call that failed, with the errno it left.
struct SystemError: Error, CustomStringConvertible {
    var call: String
    var code: Int32

    init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    var description: String { "\(call): \(String(cString: strerror(code)))" }
}
