import FastCGI
import HTTPTypes
import Hummingbird
import Synchronization
import Testing

@Suite("Responses and streams", .timeLimit(.minutes(5)))
struct StreamTests {
    @Test func aHeadRequestGetsNoBody() async throws {
        try await RunningServer.with { _, _ in
            text("body")
        } _: { server in
            let reply = try await server.reply(to: requestBytes("HEAD"))
            #expect(reply.isComplete && reply.status == 200 && reply.body.isEmpty)
            #expect(reply.head.contains("Content-Length: 4"))
        }
    }

    @Test(arguments: [HTTPResponse.Status.noContent, .notModified])
    func statusesWithoutABodyGetNone(status: HTTPResponse.Status) async throws {
        try await RunningServer.with { _, _ in
            text("body", status: status)
        } _: { server in
            try await server.expect(requestBytes(), status: status.code, body: "")
        }
    }

    @Test func aResponderThatThrowsBecomesA500() async throws {
        struct Broken: Error {}
        try await RunningServer.with { _, _ in
            throw Broken()
        } _: { server in
            try await server.expect(requestBytes(), status: 500, body: "Something went wrong.\n")
        }
    }

    @Test func aBodyThatThrowsIsCutSoThatTheReaderSeesIt() async throws {
        struct Broken: Error {}
        try await RunningServer.with { _, _ in
            streaming { writer in
                try await writer.write(ByteBuffer(string: "half"))
                throw Broken()
            }
        } _: { server in
            let reply = try await server.reply(to: requestBytes())
            #expect(reply.status == 200 && reply.body == "half" && !reply.isComplete)
        }
    }

    @Test func aResponseFieldWithAControlCharacterBecomesA500() async throws {
        try await RunningServer.with { _, _ in
            var response = text("body")
            response.headers.append(HTTPField(name: .location, lenientValue: [0x61, 0x01]))
            return response
        } _: { server in
            try await server.expect(requestBytes(), status: 500)
        }
    }

    @Test func eachEventArrivesBeforeTheNextIsReleased() async throws {
        let feed = Feed()
        try await RunningServer.with { _, _ in
            feed.response()
        } _: { server in
            let client = try server.client()
            defer { client.close() }
            try client.send(requestBytes())
            let head = try await blocking { try client.nextOutput() }
            #expect(head?.hasPrefix("Status: 200 OK\r\n") == true)
            for number in 0..<20 {
                feed.release("event \(number)\n")
                let event = try await blocking { try client.nextOutput() }
                #expect(event == "event \(number)\n")
            }
            feed.end()
            let end = try await blocking { try client.nextOutput() }
            #expect(end == nil)
        }
    }

    @Test func aLargePageArrivesWholeThoughItIsReadLate() async throws {
        let size = 5_000_000
        try await RunningServer.with { request, _ in
            text(request.uri.path == "/large" ? String(repeating: "x", count: size) : "small")
        } _: { server in
            let client = try server.client()
            defer { client.close() }
            try client.send(requestBytes("GET", "/large"))
            try await server.expect(requestBytes(), body: "small")
            let reply = try await blocking { try client.reply() }
            #expect(reply.isComplete && reply.body.utf8.count == size)
        }
    }

    /// `finish` is consuming, but a copy of the writer can outlive it.
    @Test func writingAfterTheEndIsAnErrorAndNoCrash() async throws {
        let refused = Happening()
        try await RunningServer.with { _, _ in
            streaming { writer in
                try await writer.write(ByteBuffer(string: "all"))
                let copy = writer
                try await copy.finish(nil)
                do { try await writer.write(ByteBuffer(string: "more")) } catch { refused.happen() }
            }
        } _: { server in
            let reply = try await server.reply(to: requestBytes())
            #expect(reply.isComplete && reply.body == "all")
            await refused.wait()
        }
    }

    @Test func aHangUpCancelsTheResponder() async throws {
        let (began, ended) = (Happening(), Happening())
        try await RunningServer.with { _, _ in
            began.happen()
            await withTaskCancellationHandler {
                await ended.wait()
            } onCancel: {
                ended.happen()
            }
            return text("nobody reads this")
        } _: { server in
            let client = try server.client()
            try client.send(requestBytes())
            await began.wait()
            client.close()
            await ended.wait()
        }
    }

    @Test func aHangUpEndsAStreamThatWaitsForItsNextEvent() async throws {
        let (feed, ended) = (Feed(), Happening())
        try await RunningServer.with { _, _ in
            streaming { writer in
                defer { ended.happen() }
                try await feed.response().body.write(Relay(to: writer))
            }
        } _: { server in
            let client = try server.client()
            try client.send(requestBytes())
            feed.release("one")
            _ = try await blocking { try client.nextOutput() }
            #expect(server.slots.inUse == 1)
            client.close()
            await ended.wait()
        }
    }

    /// The reader takes nothing at all: the producer is slowed down, others are served, and after the stall limit the
    /// stream is given up.
    @Test func aReaderThatNeverReadsStallsNobodyAndCostsNoMemory() async throws {
        let written = Atomic<Int>(0)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        try await RunningServer.with {
            $0.stallLimit = .milliseconds(400)
        } respond: { request, _ in
            guard request.uri.path == "/flood" else { return text("page") }
            return streaming { writer in
                defer { end.yield() }
                while true {
                    try await writer.write(ByteBuffer(repeating: 7, count: 50_000))
                    written.add(50_000, ordering: .relaxed)
                }
            }
        } _: { server in
            let clients = try (0..<8).map { _ in try server.client() }
            for client in clients { try client.send(requestBytes("GET", "/flood")) }
            for _ in 0..<50 { try await server.expect(requestBytes(), body: "page") }
            // Before any is read: a reader that begins to read would not be given up.
            for await _ in ends.prefix(8) {}
            #expect(written.load(ordering: .relaxed) < 8 * 1_000_000)
            for client in clients {
                let isComplete = try await blocking { try client.reply().isComplete }
                #expect(!isComplete)
                client.close()
            }
        }
    }

    @Test func streamsBeyondTheSlotsAreRefusedAndPagesAreStillServed() async throws {
        let feed = Feed()
        try await RunningServer.with(slots: 2) {
            $0.pageReserve = 4
        } respond: { request, _ in
            request.uri.path == "/stream" ? feed.response() : text("page")
        } _: { server in
            let streams = try (0..<2).map { _ in try server.client() }
            for client in streams {
                try client.send(requestBytes("GET", "/stream"))
                _ = try await blocking { try client.nextOutput() }
            }
            let refused = try await server.reply(to: requestBytes("GET", "/stream"))
            #expect(refused.status == 503 && refused.head.contains("Retry-After: 5"))
            try await server.expect(requestBytes(), body: "page")
            feed.end()
            for client in streams {
                let isComplete = try await blocking { try client.reply().isComplete }
                #expect(isComplete)
            }
        }
    }

    @Test func aResponderCanTakeItsSlotFirst() async throws {
        try await RunningServer.with(slots: 1) { _, context in
            context.takeStreamSlot() ? streaming { try await $0.write(ByteBuffer(string: "streamed")) } : text("full")
        } _: { server in
            for _ in 0..<20 {
                try await server.expect(requestBytes(), body: "streamed")
                // An answer gives its slot back when it is over, which its client may know a little earlier.
                while server.slots.inUse > 0 { await Task.yield() }
            }
            let slot = try #require(server.slots.tryTake())
            try await server.expect(requestBytes(), body: "full")
            slot.release()
            try await server.expect(requestBytes(), body: "streamed")
        }
    }

    /// With every place taken nothing more is accepted; it waits in the backlog and is served as soon as one is free.
    @Test func connectionsBeyondTheReserveWaitTheirTurn() async throws {
        let feed = Feed()
        try await RunningServer.with(slots: 1) {
            $0.pageReserve = 1
        } respond: { request, _ in
            request.uri.path == "/stream" ? feed.response() : text("page")
        } _: { server in
            let stream = try server.client()
            try stream.send(requestBytes("GET", "/stream"))
            _ = try await blocking { try stream.nextOutput() }
            let silent = try server.client()  // takes the reserve
            let waiting = try (0..<5).map { _ in try server.client() }
            for client in waiting { try client.send(requestBytes()) }
            silent.close()
            for client in waiting {
                let reply = try await blocking { try client.reply() }
                #expect(reply.isComplete && reply.body == "page")
                client.close()
            }
            stream.close()
        }
    }

    @Test func twoHundredParallelRequestsAreAllAnswered() async throws {
        try await RunningServer.with { request, _ in
            text(request.uri.path)
        } _: { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask { try await server.expect(requestBytes("GET", "/\(number)"), body: "/\(number)") }
                }
                try await group.waitForAll()
            }
        }
    }
}

/// Passes on what is written, without ending the response.
private struct Relay: ResponseBodyWriter {
    var writer: any ResponseBodyWriter

    init(to writer: any ResponseBodyWriter) {
        self.writer = writer
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        try await writer.write(buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
