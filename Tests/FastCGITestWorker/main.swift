import FastCGI
import Glibc
import Hummingbird
import Logging
import ServiceLifecycle
import UnixSignals

// A worker for the tests of what only a process can show: being killed, replaced and drained.
//
//     fastcgi-test-worker supervise SOCKET WORKERS DRAIN-SECONDS
//     fastcgi-test-worker serve DRAIN-SECONDS [OPEN-FILES]       the socket on descriptor 0
//     fastcgi-test-worker dies                                   before it serves
//
// As long as the file SOCKET.broken exists, a supervised worker is of the third kind.

let arguments = CommandLine.arguments
let logger = Logger(label: "test-worker") { StreamLogHandler.standardError(label: $0) }

switch arguments.dropFirst().first {
case "supervise": try supervise(socketPath: arguments[2], workers: Int(arguments[3])!, drain: Int(arguments[4])!)
case "serve": try await serve(drain: Int(arguments[2])!, openFiles: arguments.dropFirst(3).first.flatMap { rlim_t($0) })
case "supervised" where access(arguments[3] + ".broken", F_OK) != 0: try await serve(drain: Int(arguments[2])!)
default: exit(3)
}

func supervise(socketPath: String, workers: Int, drain: Int) throws {
    var supervisor = Supervisor(
        socket: try .bind(path: socketPath), executable: "/proc/self/exe",
        arguments: ["supervised", String(drain), socketPath], workers: workers, drainLimit: .seconds(drain),
        logger: logger)
    try supervisor.run()
}

func serve(drain: Int, openFiles: rlim_t? = nil) async throws {
    if let openFiles {
        var limit = rlimit(rlim_cur: openFiles, rlim_max: openFiles)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    } else {
        OpenFileLimit.raise()
    }
    guard let socket = try ListeningSocket.inherited() else { exit(2) }
    var configuration = FastCGIConfiguration()
    configuration.drainLimit = .seconds(drain)
    let server = FastCGIServer(
        routes().buildResponder(), on: socket, slots: StreamSlots(limit: 9000), configuration: configuration,
        logger: logger)
    try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
}

func routes() -> Router<FastCGIRequestContext> {
    let router = Router(context: FastCGIRequestContext.self)
    router.get("/hello") { _, _ in
        "<!doctype html><title>Hello</title><p>" + String(repeating: "0123456789abcdef", count: 12)
    }
    router.on("/pid", method: .get) { _, _ in "\(getpid())" }
    router.on("/pid", method: .post) { _, _ in "\(getpid())" }
    router.get("/memory") { _, _ in memoryInKilobytes() }
    router.get("/stream/:events/:milliseconds") { _, context in
        let events = try context.parameters.require("events", as: Int.self)
        let pause = try context.parameters.require("milliseconds", as: Int.self)
        return stream(events: events, every: .milliseconds(pause))
    }
    return router
}

func stream(events: Int, every pause: Duration) -> Response {
    let body = ResponseBody { writer in
        for number in 0..<events {
            try await writer.write(ByteBuffer(string: "data: \(getpid()) \(number)\n\n"))
            try await Task.sleep(for: pause)
        }
        try await writer.write(ByteBuffer(string: "data: [DONE]\n\n"))
        try await writer.finish(nil)
    }
    return Response(
        status: .ok, headers: [.contentType: "text/event-stream", .init("X-Accel-Buffering")!: "no"], body: body)
}

/// `VmRSS` of this process.
func memoryInKilobytes() -> String {
    guard let file = fopen("/proc/self/status", "r") else { return "" }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        if text.hasPrefix("VmRSS:") { return String(text.filter(\.isNumber)) }
    }
    return ""
}
