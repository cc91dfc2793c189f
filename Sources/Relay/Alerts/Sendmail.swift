import Core
import Foundation

/// The machine's own mail program, which knows how mail leaves it. It is started without a shell, takes recipients from
/// the message (`-t`) and a lone point as text (`-i`), and sees nothing of our environment: there are keys in it.
struct Sendmail: Sendable {
    let path: String
    let timeout: Duration

    /// - Throws: `AlertFailure` unless the program ends with success in time.
    func submit(_ message: MailMessage) async throws {
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw AlertFailure("there is no mail program at \(path)")
        }
        let status = try await run(reading: try Self.pipe(with: message))
        guard status == 0 else { throw AlertFailure("the mail program ended with status \(status)") }
    }

    /// A pipe takes 64 KiB before anybody reads it (Linux, pipe(7)), some ten times what a message has. So nobody waits
    /// here; and both its ends are ours, so that nobody can leave.
    private static func pipe(with message: MailMessage) throws -> Pipe {
        let pipe = Pipe()
        let writer = pipe.fileHandleForWriting
        _ = fcntl(writer.fileDescriptor, F_SETFL, O_NONBLOCK)
        do {
            try writer.write(contentsOf: Data(message.text.utf8))
            try writer.close()
        } catch {
            throw AlertFailure("the message is longer than a pipe takes")
        }
        return pipe
    }

    private func run(reading input: Pipe) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-t", "-i"]
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { end.yield($0.terminationReason == .exit ? $0.terminationStatus : -1) }
        do {
            try process.run()
        } catch {
            throw AlertFailure("the mail program could not be started")
        }
        return try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask { await ends.first { _ in true } }
            group.addTask { [timeout] in
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            if let status = try await group.next() ?? nil { return status }
            kill(process.processIdentifier, SIGKILL)
            throw AlertFailure("the mail program did not end in time")
        }
    }
}
