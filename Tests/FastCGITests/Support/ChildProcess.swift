import CDescriptors
import Foundation
import Glibc

/// A process that this test started, and what it prints on standard error.
struct ChildProcess: Sendable {
    let pid: pid_t
    private let output: Int32

    static let testWorker = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("fastcgi-test-worker").path

    /// - Parameter input: becomes descriptor 0.
    init(_ program: String, _ arguments: [String], input: Int32? = nil) throws {
        var ends: [Int32] = [-1, -1]
        guard descriptors_pipe(&ends) == 0 else { throw SocketFailure("pipe2") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, 0) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        // What others have opened in this process is not for the child.
        descriptors_close_from(&actions, 3)
        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let environment = Self.environment.map { strdup($0) } + [nil]
        defer { for string in argv + environment { free(string) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, nil, argv, environment)
        close(ends[1])
        guard code == 0 else { throw SocketFailure("posix_spawn \(program)") }
        self.pid = pid
        output = ends[0]
    }

    /// A crash is expected here and there: no second spent on its backtrace. The rest is for `make race`.
    private static var environment: [String] {
        let handedOn = ["LD_PRELOAD", "TSAN_OPTIONS"].compactMap { name in
            ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
        }
        return ["PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no"] + handedOn
    }

    /// Reads lines until one contains `text`; nil at the end of the output.
    func line(containing text: String) async throws -> String? {
        try await blocking {
            while let line = nextLine() { if line.contains(text) { return line } }
            return nil
        }
    }

    func rest() async throws -> String {
        try await blocking {
            var lines: [String] = []
            while let line = nextLine() { lines.append(line) }
            return lines.joined(separator: "\n")
        }
    }

    /// - Returns: its exit status; 128 and the signal, if one ended it.
    func waitUntilEnded() async throws -> Int32 {
        try await blocking {
            var status: Int32 = 0
            guard waitpid(pid, &status, 0) == pid else { throw SocketFailure("waitpid") }
            return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        }
    }

    private func nextLine() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}
