import CFastCGI
import Glibc

/// A thread of its own for work that blocks, so that Swift's cooperative pool never does.
///
/// It takes no signal: a signal handler would interrupt a blocking read of libfcgi, and libfcgi takes EINTR for the
/// end of the connection.
struct BlockingThread: Sendable {
    private let handle: pthread_t

    /// - Parameter body: runs on the new thread, which ends when it returns.
    init(stackBytes: Int = 512 * 1024, _ body: @escaping @Sendable () -> Void) throws {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        // The new thread owns the retained box and releases it by taking the body out.
        let box = Unmanaged.passRetained(Box(body: body))
        var handle = pthread_t()
        let code = pthread_create(
            &handle, &attributes,
            { argument in
                BlockingThread.blockSignals()
                Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw SystemError("pthread_create", code: code)
        }
        self.handle = handle
    }

    /// Blocks until the thread has ended. Once per thread.
    func join() {
        pthread_join(handle, nil)
    }

    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
