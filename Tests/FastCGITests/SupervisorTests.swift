import FastCGI
import Foundation
import Glibc
import Synchronization
import Testing

/// Real worker processes under a real supervisor process.
@Suite("Workers and their supervisor", .timeLimit(.minutes(5)))
struct SupervisorTests {
    private struct Supervised {
        let process: ChildProcess
        let socketPath: String

        func pid() async throws -> String {
            try await blocking {
                let client = try RawClient(socketPath)
                defer { client.close() }
                try client.send(requestBytes("GET", "/pid"))
                return try client.reply().body
            }
        }

        /// Waits for as many workers to begin to serve.
        func workers(_ count: Int) async throws -> [String] {
            var pids: [String] = []
            for _ in 0..<count {
                let line = try #require(try await process.line(containing: "A worker serves"))
                pids.append(try #require(line.firstMatch(of: /pid=(\d+)/)).1.description)
            }
            return pids
        }
    }

    private func with(
        workers: Int, drainSeconds: Int = 10, _ test: (Supervised) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/app.sock"
        let process = try ChildProcess(
            ChildProcess.testWorker, ["supervise", path, String(workers), String(drainSeconds)])
        do {
            try await test(Supervised(process: process, socketPath: path))
        } catch {
            kill(process.pid, SIGTERM)
            _ = try await process.waitUntilEnded()
            throw error
        }
        kill(process.pid, SIGTERM)
        let status = try await process.waitUntilEnded()
        #expect(status == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aKilledWorkerIsReplaced() async throws {
        try await with(workers: 1) { supervised in
            let first = try await supervised.workers(1)[0]
            let pid = try await supervised.pid()
            #expect(pid == first)
            kill(pid_t(first)!, SIGKILL)
            let second = try await supervised.workers(1)[0]
            #expect(second != first)
            let answered = try await supervised.pid()
            #expect(answered == second)
        }
    }

    /// libfcgi's reply to FCGI_GET_VALUES overruns its buffer: a rogue peer of the socket ends the worker. That costs
    /// one worker and the requests on it, for the moment that its successor needs.
    @Test(arguments: [true, false])
    func recordsThatEndLibfcgiEndOnlyTheWorker(byManyNames: Bool) async throws {
        try await with(workers: 1) { supervised in
            let first = try await supervised.workers(1)[0]
            let client = try RawClient(supervised.socketPath)
            defer { client.close() }
            if byManyNames {
                let names = (0..<8).flatMap { _ in Record.pair(Array("FCGI_MPXS_CONNS".utf8), []) }
                try client.send(
                    Record.begin().bytes + Record(type: .getValues, id: 0, content: names).bytes
                        + Record(type: .getValues, id: 0).bytes)
            } else {
                // CVE-2025-23016: two lengths whose sum overflows.
                let lengths: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFE, 0x80, 0, 0, 0x10] + Array(repeating: 0, count: 64)
                try client.send(Record.begin().bytes + Record(type: .params, content: lengths).bytes)
            }
            // libfcgi notices its overrun only when it has no more to read.
            shutdown(client.descriptor, Int32(SHUT_WR))
            let ended = try #require(try await supervised.process.line(containing: "A worker ended"))
            #expect(ended.contains("pid=\(first)"))
            let second = try await supervised.workers(1)[0]
            let answered = try await supervised.pid()
            #expect(answered == second && second != first)
        }
    }

    @Test func aRollingRestartUnderLoadLosesNoRequest() async throws {
        try await with(workers: 2) { supervised in
            let old = try await supervised.workers(2)
            try await Nginx.with(supervised.socketPath) { nginx in
                let isOver = Flag()
                try await withThrowingTaskGroup(of: [HTTPReply].self) { group in
                    for number in 0..<4 {
                        let method = number % 2 == 0 ? "GET" : "POST"
                        group.addTask {
                            var replies: [HTTPReply] = []
                            while !isOver.isSet {
                                replies.append(
                                    try await nginx.response(method, "/pid", body: method == "POST" ? "x" : ""))
                            }
                            return replies
                        }
                    }
                    for _ in 0..<4 {
                        kill(supervised.process.pid, SIGHUP)
                        for _ in 0..<2 { _ = try await supervised.process.line(containing: "A worker ended") }
                    }
                    let pid = try await supervised.pid()
                    #expect(!old.contains(pid))
                    isOver.set()
                    let replies = try await group.reduce([], +)
                    #expect(replies.count > 20)
                    #expect(replies.allSatisfy { $0.status == 200 })
                }
            }
        }
    }

    @Test func aRollingRestartFinishesTheOpenStreams() async throws {
        try await with(workers: 1) { supervised in
            let old = try await supervised.workers(1)[0]
            let client = try RawClient(supervised.socketPath)
            defer { client.close() }
            try client.send(requestBytes("GET", "/stream/30/20"))
            _ = try await blocking { try client.nextOutput() }
            kill(supervised.process.pid, SIGHUP)
            let reply = try await blocking { try client.reply() }
            #expect(reply.isComplete && (reply.head + [reply.body]).joined().contains("[DONE]"))
            _ = try await supervised.process.line(containing: "A worker ended")
            let new = try await supervised.pid()
            #expect(new != old)
        }
    }

    @Test func aSuccessorThatCannotServeLeavesTheOthersInPlace() async throws {
        try await with(workers: 2) { supervised in
            let old = try await supervised.workers(2)
            let broken = supervised.socketPath + ".broken"
            try "".write(toFile: broken, atomically: false, encoding: .utf8)
            kill(supervised.process.pid, SIGHUP)
            let line = try await supervised.process.line(containing: "the others stay")
            #expect(line != nil)
            let pid = try await supervised.pid()
            #expect(old.contains(pid))
        }
    }

    @Test func theDrainLimitEndsAStreamThatGoesOn() async throws {
        try await with(workers: 1, drainSeconds: 1) { supervised in
            _ = try await supervised.workers(1)
            let client = try RawClient(supervised.socketPath)
            defer { client.close() }
            try client.send(requestBytes("GET", "/stream/100000/10"))
            _ = try await blocking { try client.nextOutput() }
            kill(supervised.process.pid, SIGTERM)
            let reply = try await blocking { try client.reply() }
            #expect(!reply.isComplete)
        }
    }

    @Test func workersEndWithTheirSupervisor() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/app.sock"
        let process = try ChildProcess(ChildProcess.testWorker, ["supervise", path, "1", "1"])
        _ = try await Supervised(process: process, socketPath: path).workers(1)
        kill(process.pid, SIGKILL)
        _ = try await process.waitUntilEnded()
        // Its standard error is the workers' too: it ends with the last of them.
        _ = try await process.rest()
        #expect(throws: SocketFailure.self) { try RawClient(path) }
    }

    /// The process has fewer descriptors than its configured reserve: accepting rests until some are free again.
    @Test func runningOutOfDescriptorsPassesAgain() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/app.sock"
        let socket = try ListeningSocket.bind(path: path)
        let worker = try ChildProcess(ChildProcess.testWorker, ["serve", "1", "40"], input: socket.descriptor)
        defer { kill(worker.pid, SIGKILL) }
        let idle = try (0..<60).map { _ in try RawClient(path) }
        let line = try await worker.line(containing: "accepting rests")
        #expect(line != nil)
        for client in idle { client.close() }
        let reply = try await blocking {
            let client = try RawClient(path)
            defer { client.close() }
            try client.send(requestBytes("GET", "/pid"))
            return try client.reply()
        }
        #expect(reply.body == String(worker.pid))
        kill(worker.pid, SIGTERM)
        let status = try await worker.waitUntilEnded()
        #expect(status == 0)
    }
}

/// Set once, from anywhere.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() {
        value.store(true, ordering: .relaxed)
    }
}
