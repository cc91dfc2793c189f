import CFastCGI
import Glibc
import Synchronization

/// The unix socket on which nginx finds the workers. Several processes may share it.
///
/// Its permissions are the security boundary (see `FastCGIServer`): 0660, so that the owner and one group can connect.
public final class ListeningSocket: Sendable {
    public let descriptor: Int32
    /// Where it was bound by this process; nil, when it was inherited.
    private let path: Mutex<String?>

    private init(descriptor: Int32, path: String?) {
        self.descriptor = descriptor
        self.path = Mutex(path)
    }

    deinit {
        letGo()
        if descriptor > STDERR_FILENO { Glibc.close(descriptor) }
    }

    /// The socket that whoever started this process left on descriptor 0, as FastCGI has it (spawn-fcgi, systemd's
    /// `StandardInput=socket`, `Supervisor`). Nil, when there is none.
    ///
    /// - Throws: `Failure.notUnix`, when there is one of another kind.
    public static func inherited() throws -> ListeningSocket? {
        guard option(SO_ACCEPTCONN, of: STDIN_FILENO) == 1 else { return nil }
        guard option(SO_DOMAIN, of: STDIN_FILENO) == AF_UNIX else { throw Failure.notUnix }
        makeNonBlocking(STDIN_FILENO)
        return ListeningSocket(descriptor: STDIN_FILENO, path: nil)
    }

    /// Binds a path. A socket that is left there from a process that ended is replaced; one on which somebody answers
    /// is not.
    ///
    /// - Parameters:
    ///   - group: the group that may connect beside the owner, such as nginx's `www-data`; nil for the process's own.
    ///   - backlog: how many connections may wait; the kernel caps it at `net.core.somaxconn`.
    /// - Throws: `Failure`.
    public static func bind(path: String, group: String? = nil, backlog: Int32 = 4096) throws -> ListeningSocket {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | 0o2000000 /* SOCK_CLOEXEC */, 0)
        guard descriptor >= 0 else { throw Failure(path, SystemError("socket")) }
        do {
            try removeAbandoned(path)
            try bind(descriptor, to: path)
            // Until listen(2) nobody can connect, so that nobody comes in before the permissions are set.
            try restrict(path, to: group)
            guard listen(descriptor, backlog) == 0 else { throw Failure(path, SystemError("listen")) }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        makeNonBlocking(descriptor)
        return ListeningSocket(descriptor: descriptor, path: path)
    }

    /// This process listens no more; others that share the socket do. Removes the path, if it was bound here.
    ///
    /// The descriptor stays valid and becomes /dev/null, as other threads may just be using its number.
    func letGo() {
        guard Self.option(SO_ACCEPTCONN, of: descriptor) == 1 else { return }
        if let path = path.withLock({ $0.take() }) { unlink(path) }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return }
        dup2(null, descriptor)
        Glibc.close(null)
    }

    public enum Failure: Error, CustomStringConvertible {
        case notUnix
        /// Somebody answers on the path.
        case inUse(path: String)
        case pathTooLong(path: String)
        case notASocket(path: String)
        case unknownGroup(String)
        case system(path: String, reason: String)

        init(_ path: String, _ error: SystemError) {
            self = .system(path: path, reason: error.description)
        }

        public var description: String {
            switch self {
            case .notUnix: "descriptor 0 is a listening socket, but not a unix socket"
            case .inUse(let path): "\(path): another process answers there"
            case .pathTooLong(let path): "\(path): the path of a socket has at most 107 bytes"
            case .notASocket(let path): "\(path): exists and is not a socket"
            case .unknownGroup(let group): "there is no group \(group)"
            case .system(let path, let reason): "\(path): \(reason)"
            }
        }
    }
}

extension ListeningSocket {
    private static func removeAbandoned(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw Failure.notASocket(path: path) }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | 0o2000000 /* SOCK_CLOEXEC */, 0)
        guard probe >= 0 else { throw Failure(path, SystemError("socket")) }
        defer { Glibc.close(probe) }
        makeNonBlocking(probe)  // a full backlog means that somebody is there
        let isRefused = try withAddress(path) { connect(probe, $0, $1) != 0 && errno == ECONNREFUSED }
        guard isRefused else { throw Failure.inUse(path: path) }
        unlink(path)
    }

    private static func bind(_ descriptor: Int32, to path: String) throws {
        let code = try withAddress(path) { Glibc.bind(descriptor, $0, $1) == 0 ? 0 : errno }
        guard code == 0 else { throw Failure(path, SystemError("bind", code: code)) }
    }

    private static func restrict(_ path: String, to group: String?) throws {
        guard chmod(path, 0o660) == 0 else { throw Failure(path, SystemError("chmod")) }
        guard let group else { return }
        guard let entry = getgrnam(group) else { throw Failure.unknownGroup(group) }
        guard chown(path, uid_t.max, entry.pointee.gr_gid) == 0 else { throw Failure(path, SystemError("chown")) }
    }

    private static func withAddress<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) throws -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        try withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard bytes.count < room.count else { throw Failure.pathTooLong(path: path) }
            room.copyBytes(from: bytes)
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }

    /// Shared by every process that has the socket, which is what all of them want.
    private static func makeNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
}
