import FastCGI
import Hummingbird
import Testing

@Suite("Shutdown", .timeLimit(.minutes(5)))
struct DrainTests {
    @Test func openStreamsAreFinishedAndNobodyNewIsAccepted() async throws {
        let feed = Feed()
        try await RunningServer.with { _, _ in
            feed.response()
        } _: { server in
            let client = try server.client()
            defer { client.close() }
            try client.send(requestBytes())
            _ = try await blocking { try client.nextOutput() }
            await server.shutDown()
            feed.release("still here")
            let event = try await blocking { try client.nextOutput() }
            #expect(event == "still here")
            feed.end()
            let end = try await blocking { try client.reply() }
            #expect(end.isComplete)
            try await server.waitUntilEnded()
            #expect(throws: SocketFailure.self) { try server.client() }
        }
    }

    @Test func theDrainLimitCancelsWhatIsLeftAndLetsItSaySo() async throws {
        let wait = Happening()
        try await RunningServer.with {
            $0.drainLimit = .milliseconds(100)
        } respond: { _, _ in
            streaming { writer in
                try await writer.write(ByteBuffer(string: "begun"))
                await withTaskCancellationHandler {
                    await wait.wait()
                } onCancel: {
                    wait.happen()
                }
                try await writer.write(ByteBuffer(string: "stopped"))
            }
        } _: { server in
            let client = try server.client()
            defer { client.close() }
            try client.send(requestBytes())
            _ = try await blocking { try client.nextOutput() }
            await server.shutDown()
            try await server.waitUntilEnded()
            let reply = try await blocking { try client.reply() }
            #expect(reply.isComplete && reply.head == ["begunstopped"])
        }
    }

    @Test func aResponderThatIsCancelledByTheShutdownBecomesA503() async throws {
        let began = Happening()
        try await RunningServer.with {
            $0.drainLimit = .milliseconds(50)
        } respond: { _, _ in
            began.happen()
            try await Task.sleep(for: .seconds(30))
            return text("late")
        } _: { server in
            let client = try server.client()
            defer { client.close() }
            try client.send(requestBytes())
            await began.wait()
            await server.shutDown()
            let reply = try await blocking { try client.reply() }
            #expect(reply.status == 503 && reply.isComplete)
        }
    }

    /// A reader that does not read cannot keep the process from ending, nor can a connection that sends nothing.
    @Test func whoDoesNotReadOrSendCannotHoldTheShutdownUp() async throws {
        let full = Happening()
        try await RunningServer.with {
            $0.drainLimit = .milliseconds(100)
        } respond: { _, _ in
            streaming { writer in
                for number in 0... {
                    if number == 1 { full.happen() }
                    try await writer.write(ByteBuffer(repeating: 7, count: 50_000))
                }
            }
        } _: { server in
            let silent = try server.client()
            let client = try server.client()
            try client.send(requestBytes())
            await full.wait()
            await server.shutDown()
            try await server.waitUntilEnded()
            silent.close()
            client.close()
        }
    }
}
