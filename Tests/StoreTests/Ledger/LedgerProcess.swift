import CDescriptors
import Foundation
import Glibc

/// A `ledger-test-worker` that this test started.
///
/// Not by Foundation's `Process`, which now and then misses the end of a child that is killed.
final class LedgerProcess: Sendable {
    private let pid: pid_t
    private let start: Int32
    private let lines: AsyncStream<String>

    private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("ledger-test-worker").path

    init(_ arguments: [String]) throws {
        let input = try Self.makePipe()
        let output = try Self.makePipe()
        pid = try Self.spawn([Self.program] + arguments, input: input.reading, output: output.writing)
        close(input.reading)
        close(output.writing)
        start = input.writing
        let (lines, said) = AsyncStream<String>.makeStream()
        self.lines = lines
        let pid = pid
        Thread.detachNewThread {
            Self.read(output.reading) { said.yield($0) }
            close(output.reading)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            said.finish()
        }
    }

    /// Lets it begin, or tells it that nothing more comes. Once.
    func begin() { close(start) }

    /// Tells it something, before it has begun.
    func tell(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(start, bytes, bytes.count)
    }

    /// Only before `next` has said that it ended.
    func kill() { Glibc.kill(pid, SIGKILL) }

    /// The next line that it says; nil when it has ended. A last line that it could not finish is left out.
    func next() async -> String? {
        for await line in lines { return line }
        return nil
    }

    private static func spawn(_ command: [String], input: Int32, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        let argv = command.map { strdup($0) } + [nil]
        defer { for string in argv { free(string) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, command[0], &actions, nil, argv, environ) == 0 else { throw CannotStart() }
        return pid
    }

    private static func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard descriptors_pipe(&ends) == 0 else { throw CannotStart() }
        return (ends[0], ends[1])
    }

    private static func read(_ output: Int32, line: (String) -> Void) {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while Glibc.read(output, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") {
                line(String(decoding: bytes, as: UTF8.self))
                bytes = []
            } else {
                bytes.append(byte)
            }
        }
    }

    private struct CannotStart: Error {}
}
