import CFastCGI
import Glibc

/// A worker as its supervisor sees it.
struct WorkerProcess {
    let pid: pid_t
    let startedAt: ContinuousClock.Instant
    /// Readable once the worker serves. Closed with `forget`.
    let readiness: Int32
    var isReady = false
    /// Set when it was asked to end: until then it may go on.
    var killAt: ContinuousClock.Instant?

    private static let readinessDescriptor: Int32 = 3
    private static let supervisorVariable = "FASTCGI_SUPERVISOR_PID"

    /// Starts a program with the socket on descriptor 0, no signal blocked and none ignored.
    init(_ executable: String, _ arguments: [String], on socket: ListeningSocket) throws {
        var ends: [Int32] = [-1, -1]
        guard fastcgi_pipe(&ends) == 0 else { throw SystemError("pipe2") }
        defer { close(ends[1]) }
        do {
            pid = try Self.spawn(executable, arguments, socket: socket.descriptor, readiness: ends[1])
        } catch {
            close(ends[0])
            throw error
        }
        readiness = ends[0]
        startedAt = .now
    }

    func send(_ signal: Int32) {
        kill(pid, signal)
    }

    /// Whether it has said that it serves since it was asked last.
    mutating func becameReady() -> Bool {
        var byte: UInt8 = 0
        guard !isReady, read(readiness, &byte, 1) == 1 else { return false }
        isReady = true
        return true
    }

    /// Its wait status, when it has ended.
    func ended() -> Int32? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? status : nil
    }

    func forget() {
        close(readiness)
    }

    private static func spawn(
        _ executable: String, _ arguments: [String], socket: Int32, readiness: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, readiness, readinessDescriptor)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let argv = ([executable] + arguments).map { strdup($0) } + [nil]
        let environment = Self.environment().map { strdup($0) } + [nil]
        defer { for string in argv + environment { free(string) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, executable, &actions, &attributes, argv, environment)
        guard code == 0 else { throw SystemError("posix_spawn", code: code) }
        return pid
    }

    private static func environment() -> [String] {
        var variables: [String] = []
        var next = environ
        while let entry = next.pointee {
            variables.append(String(cString: entry))
            next += 1
        }
        return variables.filter { !$0.hasPrefix(supervisorVariable + "=") } + ["\(supervisorVariable)=\(getpid())"]
    }
}

/// The worker's side.
extension WorkerProcess {
    /// This process is asked to end (SIGTERM) when its supervisor ends, however that happened. Without a supervisor it
    /// does nothing.
    ///
    /// The kernel forgets it when the calling thread ends: call it on one that lives as long as the process.
    static func endWithSupervisor() {
        guard let supervisor else { return }
        _ = fastcgi_die_with_parent(SIGTERM)
        // It may have ended before that.
        if getppid() != supervisor { kill(getpid(), SIGTERM) }
    }

    /// Tells the supervisor that this process serves.
    static func reportReady() {
        guard supervisor != nil else { return }
        var byte: UInt8 = 1
        _ = write(readinessDescriptor, &byte, 1)
        close(readinessDescriptor)
    }

    private static var supervisor: pid_t? {
        getenv(supervisorVariable).flatMap { pid_t(String(cString: $0)) }
    }
}
