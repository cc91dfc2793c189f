import CFastCGI
import Glibc
import Synchronization

/// Turns signals into bytes on a pipe, which one thread can wait for beside other things, whatever thread the kernel
/// delivers a signal to.
struct SignalPipe {
    /// Readable when a signal came.
    let descriptor: Int32

    /// Handles these signals from now on, and takes them on the calling thread at the least. Once per process.
    init(_ signals: [Int32]) throws {
        var ends: [Int32] = [-1, -1]
        guard fastcgi_pipe(&ends) == 0 else { throw SystemError("pipe2") }
        descriptor = ends[0]
        signalPipeEnd.store(ends[1], ordering: .sequentiallyConsistent)
        for number in signals { Self.handle(number) }
        Self.unblock(signals)
    }

    /// The signals that came since the last call, in order.
    func take() -> [Int32] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        return bytes.prefix(max(0, count)).map(Int32.init)
    }

    /// Whoever started this process may have blocked them, which is inherited.
    private static func unblock(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private static func handle(_ number: Int32) {
        var action = sigaction()
        action.sa_flags = SA_RESTART
        // Only async-signal-safe calls: an atomic load and write(2). errno belongs to the code that was interrupted.
        action.__sigaction_handler.sa_handler = { number in
            let saved = errno
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(signalPipeEnd.load(ordering: .relaxed), &byte, 1)
            errno = saved
        }
        sigaction(number, &action, nil)
    }
}

private let signalPipeEnd = Atomic<Int32>(-1)
