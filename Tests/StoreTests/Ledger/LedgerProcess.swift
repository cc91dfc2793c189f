import Foundation
import Glibc

/// A `ledger-test-worker` that this test started.
final class LedgerProcess: Sendable {
    let pid: pid_t
    private let start: FileHandle
    private let lines: AsyncStream<String>

    init(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent()
            .appending(path: "ledger-test-worker")
        process.arguments = arguments
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        let said = output.fileHandleForReading.pieces
        let (ended, ending) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in ending.finish() }
        try process.run()
        pid = process.processIdentifier
        start = input.fileHandleForWriting
        let (lines, speaking) = AsyncStream<String>.makeStream()
        self.lines = lines
        Task {
            await speaking.yieldLines(of: said)
            for await _ in ended {}
            speaking.finish()
        }
    }

    /// Lets it begin.
    func begin() throws { try start.close() }

    func kill() { Glibc.kill(pid, SIGKILL) }

    /// The next line that it says; nil when it has ended. A last line that it could not finish is left out.
    func next() async -> String? {
        for await line in lines { return line }
        return nil
    }
}

extension FileHandle {
    /// What comes, as it comes, to the end.
    fileprivate var pieces: AsyncStream<Data> {
        let (pieces, coming) = AsyncStream<Data>.makeStream()
        readabilityHandler = { handle in
            let data = handle.availableData
            coming.yield(data)
            guard data.isEmpty else { return }
            handle.readabilityHandler = nil
            coming.finish()
        }
        return pieces
    }
}

extension AsyncStream<String>.Continuation {
    fileprivate func yieldLines(of pieces: AsyncStream<Data>) async {
        var rest = Data()
        for await piece in pieces {
            rest += piece
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                yield(String(decoding: rest[..<end], as: UTF8.self))
                rest = Data(rest[(end + 1)...])
            }
        }
    }
}
