import Core
import Foundation

/// The machine's own mail program, which knows how mail leaves it. It is started without a shell, takes recipients from
/// the message (`-t`) and a lone point as text (`-i`), and sees nothing of our environment: there are keys in it.
struct Sendmail: Sendable {
    let path: String
    let timeout: Duration

    /// What a pipe takes before anybody reads it (Linux, pipe(7)).
    private static let pipeBytes = 65_536

    /// - Throws: `AlertFailure` unless the program ends with success in time.
    func submit(_ message: MailMessage) async throws {
        let bytes = Data(message.text.utf8)
        guard bytes.count <= Self.pipeBytes else { throw AlertFailure("the message is too long", isFinal: true) }
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw AlertFailure("there is no mail program at \(path)")
        }
        let input = Pipe()
        // Fits, and the pipe has both its ends: so it neither waits nor fails.
        try input.fileHandleForWriting.write(contentsOf: bytes)
        try input.fileHandleForWriting.close()
        let status = try await run(reading: input)
        guard status == 0 else { throw AlertFailure("the mail program ended with status \(status)") }
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
