import FastCGI
import Glibc
import Hummingbird
import Testing

/// What only a rogue peer of the socket does, and what nginx does, record by record.
@Suite("Requests as raw records", .timeLimit(.minutes(5)))
struct RecordTests {
    private let echo: Respond = { request, context in
        let body = try await request.body.collect(upTo: 1 << 24)
        return text(
            "\(request.method) \(request.uri) \(context.remoteAddress) \(context.requestID.count) \(body.readableBytes)"
        )
    }

    @Test func aRequestIsAnsweredAndEnded() async throws {
        try await RunningServer.with(respond: echo) { server in
            let reply = try await server.reply(to: requestBytes("GET", "/a?b=c"))
            #expect(reply.isComplete && reply.status == 200)
            #expect(reply.body == "GET /a?b=c 192.0.2.7 32 0")
            let named = try await server.reply(to: requestBytes("GET", "/", [("REQUEST_ID", "abc")]))
            #expect(named.body == "GET / 192.0.2.7 3 0")
        }
    }

    @Test(arguments: [0, 1, 8_192, 99_999, 100_000])
    func aBodyUpToTheLimitArrivesWhole(size: Int) async throws {
        try await RunningServer.with({ $0.maxBodyBytes = 100_000 }, respond: echo) { server in
            let body = [UInt8](repeating: 7, count: size)
            for length in [[("CONTENT_LENGTH", String(size))], []] {
                let reply = try await server.reply(to: requestBytes("POST", "/", length, body: body))
                #expect(reply.body == "POST / 192.0.2.7 32 \(size)")
            }
        }
    }

    @Test(arguments: [100_001, 3_000_000])
    func aBodyOverTheLimitIsAnsweredWith413(size: Int) async throws {
        try await RunningServer.with({ $0.maxBodyBytes = 100_000 }, respond: echo) { server in
            let body = [UInt8](repeating: 7, count: size)
            for length in [[("CONTENT_LENGTH", String(size))], []] {
                let reply = try await server.reply(to: requestBytes("POST", "/", length, body: body))
                #expect(reply.status == 413 && reply.isComplete)
            }
        }
    }

    @Test(arguments: [99, 101])
    func aBodyOfAnotherLengthThanAnnouncedIsRefused(announced: Int) async throws {
        try await RunningServer.with(respond: echo) { server in
            let body = [UInt8](repeating: 7, count: 100)
            let length = [("CONTENT_LENGTH", String(announced))]
            try await server.expect(requestBytes("POST", "/", length, body: body), status: 400)
        }
    }

    @Test func aHeaderWithALineBreakIsRefused() async throws {
        try await RunningServer.with(respond: echo) { server in
            for value in ["a\r\nb", "a\nb"] {
                try await server.expect(requestBytes("GET", "/", [("HTTP_X_NOTE", value)]), status: 400)
            }
        }
    }

    /// libfcgi keeps parameters as C strings: what follows a NUL does not exist.
    @Test func nothingAfterANulGetsThrough() async throws {
        try await RunningServer.with { request, _ in
            text(request.headers[.userAgent] ?? "none")
        } _: { server in
            let reply = try await server.reply(to: requestBytes("GET", "/", [("HTTP_USER_AGENT", "a\u{0}\r\nX: y")]))
            #expect(reply.body == "a")
            try await server.expect(requestBytes("GET", "/", [("HTTP_A\u{0}B", "c")]), status: 400)
        }
    }

    @Test func aHugeHeaderArrivesWhole() async throws {
        try await RunningServer.with { request, _ in
            text("\(request.headers[.cookie]?.utf8.count ?? 0)")
        } _: { server in
            let cookie = String(repeating: "c", count: 60_000)
            try await server.expect(requestBytes("GET", "/", [("HTTP_COOKIE", cookie)]), body: "60000")
        }
    }

    @Test func aRequestWithoutTheRequiredParametersIsRefused() async throws {
        try await RunningServer.with(respond: echo) { server in
            let records: [Record] = [
                .begin(), .params([("REMOTE_ADDR", "::1")]), Record(type: .params), Record(type: .stdin),
            ]
            try await server.expect(records.flatMap(\.bytes), status: 400)
        }
    }

    /// FCGX_Accept_r reports success for these, with the parameters that came before.
    @Test func malformedRecordsCutTheConnectionAndNothingElse() async throws {
        try await RunningServer.with(respond: echo) { server in
            let params = Record.params([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/")])
            var wrongVersion = params
            wrongVersion.version = 9
            let attempts: [[UInt8]] = [
                Record.begin().bytes + params.bytes + wrongVersion.bytes,
                Record.begin().bytes + params.bytes + Record(type: .stdin).bytes,
                Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
                [1, 1, 0],
            ]
            for attempt in attempts {
                try await blocking {
                    let client = try server.client()
                    defer { client.close() }
                    try client.send(attempt)
                    shutdown(client.descriptor, Int32(SHUT_WR))
                    #expect(try client.reply().isComplete == false)
                }
                try await server.expect(requestBytes(), status: 200)
            }
        }
    }

    @Test func halfSentRequestsHoldNobodyUpForLong() async throws {
        try await RunningServer.with({ ($0.threads, $0.readLimit) = (2, .milliseconds(200)) }, respond: echo) {
            server in
            let silent = try server.client()
            let halves = try (0..<4).map { _ in try server.client() }
            for client in halves { try client.send(Record.begin().bytes + [1, 4, 0]) }
            let halfBody = try server.client()
            try halfBody.send(Array(requestBytes("POST", "/", [("CONTENT_LENGTH", "9")], body: [1, 2, 3]).dropLast(8)))
            // It waits behind them, and is cut like them where that takes as long.
            var reply = try await server.reply(to: requestBytes())
            while !reply.isComplete { reply = try await server.reply(to: requestBytes()) }
            #expect(reply.status == 200)
            // All of them are cut within the limit.
            for client in halves + [silent, halfBody] {
                let isComplete = try await blocking { try client.reply().isComplete }
                #expect(!isComplete)
                client.close()
            }
        }
    }

    @Test func askingToKeepTheConnectionChangesNothing() async throws {
        try await RunningServer.with(respond: echo) { server in
            let records: [Record] = [
                .begin(keepsConnection: true), .params([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/")]),
                Record(type: .params), Record(type: .stdin),
            ]
            try await blocking {
                let client = try server.client()
                defer { client.close() }
                try client.send(records.flatMap(\.bytes))
                #expect(try client.reply().isComplete)
                #expect(try receiveSome(from: client.descriptor) == nil)
            }
        }
    }
}
