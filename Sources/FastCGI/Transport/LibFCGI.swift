import CFastCGI
import Glibc
import NIOCore

/// libfcgi as a whole.
enum LibFCGI {
    /// Initialises libfcgi, once per process, without the signal handlers that it brings.
    ///
    /// `FCGX_Init` installs handlers for SIGPIPE, SIGUSR1 and SIGTERM that lack SA_RESTART, over the default and over
    /// SIG_IGN. Whoever runs the process decides on its signals, so the last two are put back; SIGPIPE is ignored, as
    /// a lost peer is an error of the write.
    static let isReady: Bool = {
        // Else closing a connection waits up to two seconds for the peer to close first.
        setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1)
        var user = sigaction()
        var terminate = sigaction()
        sigaction(SIGUSR1, nil, &user)
        sigaction(SIGTERM, nil, &terminate)
        let code = FCGX_Init()
        sigaction(SIGUSR1, &user, nil)
        sigaction(SIGTERM, &terminate, nil)
        signal(SIGPIPE, SIG_IGN)
        return code == 0
    }()
}

/// One request on one accepted connection, as libfcgi holds it.
///
/// Contract: one thread or task uses it at a time; whoever hands it on stops using it. The descriptor is blocking, as
/// libfcgi takes EAGAIN for a broken connection. `FCGX_Request` lives on the heap and never moves, because libfcgi's
/// streams point back at it. After `readHead` returned false, or `finish` or `abort`, the descriptor is closed.
///
/// The fields below libfcgi's "don't use anything below here" are used on purpose: they are in the public header, have
/// not changed since 2003, and are what allows to accept connections outside libfcgi.
final class LibFCGIRequest {
    private let raw: UnsafeMutablePointer<FCGX_Request>
    let descriptor: Int32

    /// Takes over a connection that was accepted outside libfcgi, and with it the duty to close it.
    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        raw = .allocate(capacity: 1)
        // Listening socket -1: FCGX_Accept_r then returns an error where it would accept a connection of its own.
        FCGX_InitRequest(raw, -1, 0)
        raw.pointee.ipcFd = descriptor
    }

    deinit {
        FCGX_Free(raw, raw.pointee.ipcFd >= 0 ? 1 : 0)
        raw.deallocate()
    }

    // MARK: Reading: blocks, at most as long as the socket's receive timeout for each read

    /// Reads up to the end of the parameters. False: the peer left, was too slow or sent no FastCGI.
    func readHead() -> Bool {
        // FCGX_Accept_r begins by finishing the request before, which would close the connection if this were 0.
        raw.pointee.keepConnection = 1
        guard FCGX_Accept_r(raw) == 0 else { return false }
        // It also returns 0 after a malformed record, with the parameters that came before it.
        guard FCGX_GetError(raw.pointee.in) == 0 else {
            abort()
            return false
        }
        return true
    }

    /// The parameters in the order in which they came, duplicates included. A value ends at its first NUL, because
    /// libfcgi keeps values as C strings. Bytes that are no UTF-8 are replaced by U+FFFD.
    var parameters: [CGIParameter] {
        var parameters: [CGIParameter] = []
        parameters.reserveCapacity(40)
        var next = raw.pointee.envp
        while let entry = next?.pointee {
            parameters.append(CGIParameter(entry: UnsafeRawBufferPointer(start: entry, count: strlen(entry))))
            next = next?.advanced(by: 1)
        }
        return parameters
    }

    /// Reads at most `count` bytes of the body to the end of `buffer`. Fewer than asked for: the body ended, or broke
    /// off (`isInputBroken`).
    func readBody(_ count: Int, into buffer: inout ByteBuffer) -> Int {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            Int(FCGX_GetStr(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), Int32(count), raw.pointee.in))
        }
    }

    var isInputBroken: Bool { FCGX_GetError(raw.pointee.in) != 0 }

    // MARK: Writing: never blocks, if the rule of `isWritable` is kept

    /// Whether the socket takes `WriteLimit.bytes` now. On a unix stream socket POLLOUT means that at least three
    /// quarters of the send buffer are free.
    var isWritable: Bool {
        var query = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&query, 1, 0) == 1 && query.revents & Int16(POLLOUT) != 0
    }

    /// Whether the first bytes of the request have come.
    var isReadable: Bool {
        var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&query, 1, 0) == 1
    }

    /// Adds bytes to the output; libfcgi sends whenever its 8 KiB are full. False: the connection is lost.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return !isOutputBroken }
        let written = FCGX_PutStr(start.assumingMemoryBound(to: CChar.self), Int32(bytes.count), raw.pointee.out)
        return written == Int32(bytes.count) && !isOutputBroken
    }

    /// Sends what was written. False: the connection is lost.
    func flush() -> Bool {
        FCGX_FFlush(raw.pointee.out)
        return !isOutputBroken
    }

    /// FCGX_PutStr and FCGX_FFlush report success on a stream that has already failed: only the stored error tells.
    private var isOutputBroken: Bool { FCGX_GetError(raw.pointee.out) != 0 }

    /// Sends the end of the response and closes. Only when the socket is writable, as it writes.
    func finish() {
        raw.pointee.keepConnection = 0
        FCGX_Detach(raw)  // closes without waiting for the peer to close first; on a unix socket nothing is lost
        FCGX_Finish_r(raw)
    }

    /// Closes so that the peer sees a cut connection. Never blocks: after the shutdown every write fails at once.
    func abort() {
        guard raw.pointee.ipcFd >= 0 else { return }
        shutdown(descriptor, Int32(SHUT_RDWR))
        finish()
    }
}

/// How much may be written to a connection each time that it is writable.
enum WriteLimit {
    /// 64 KiB with the kernel's default send buffer of 208 KiB, of which a write of 128 KiB is still taken whole when
    /// the buffer is as full as POLLOUT allows; less where the system's default (net.core.wmem_default) is smaller.
    static let bytes: Int = {
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard probe >= 0 else { return 16 * 1024 }
        defer { close(probe) }
        var size: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(probe, SOL_SOCKET, SO_SNDBUF, &size, &length)
        return max(1024, min(64 * 1024, Int(size) / 3))
    }()
}
