import FastCGI
import Glibc
import HTTPTypes
import Hummingbird
import Testing

@Suite("Behind nginx", .timeLimit(.minutes(5)))
struct NginxTests {
    /// Prints the request as the responder sees it.
    private let mirror: Respond = { request, context in
        let body = try await request.body.collect(upTo: 1 << 24)
        let head = request.head
        let fields = request.headers.map { "\($0.name.canonicalName)=\($0.value)" }.sorted()
        return text(
            ([
                "\(head.method) \(head.scheme ?? "") \(head.authority ?? "") \(head.path ?? "")",
                "\(context.remoteAddress) \(context.requestID.utf8.count)", "\(body.readableBytes)",
            ] + fields).joined(separator: "\n"))
    }

    private func with(_ respond: @escaping Respond, _ test: (Nginx, RunningServer) async throws -> Void) async throws {
        try await RunningServer.with(respond: respond) { server in
            try await Nginx.with(server.socketPath) { try await test($0, server) }
        }
    }

    @Test func requestsArriveAsTheBrowserSentThem() async throws {
        try await with(mirror) { nginx, _ in
            for (method, target) in [
                ("GET", "/"), ("GET", "/a%2Fb/../c%20?q=%41&&=#x".replacing("#x", with: "")), ("DELETE", "//x"),
                ("POST", "/p"), ("OPTIONS", "/o?"), ("PATCH", "/%E2%82%AC"), ("GET", "/a;b=c"),
            ] {
                let reply = try await nginx.response(method, target)
                #expect(reply.status == 200)
                let lines = reply.body.split(separator: "\n").map(String.init)
                #expect(lines[0] == "\(method) http chat.example \(target)")
                #expect(lines[1] == "unix: 32" && lines[2] == "0")
            }
        }
    }

    @Test func headersArriveOnceOrAsOftenAsTheyWereSent() async throws {
        try await with(mirror) { nginx, _ in
            let reply = try await nginx.response(
                "POST", "/",
                [
                    "Host: h", "Accept-Language: de", "X-Two: 1", "X-Two: 2", "X_Under: no",
                    "Proxy: http://evil.example",
                    "Content-Type: text/plain", "X-Request-Id: forged", "Upgrade: x",
                    "X-Huge: " + String(repeating: "h", count: 20_000),
                ], body: "12345")
            let lines = reply.body.split(separator: "\n").dropFirst(2).map { String($0.prefix(40)) }
            #expect(
                lines == [
                    "5", "accept-language=de", "content-length=5", "content-type=text/plain",
                    "x-huge=" + String(repeating: "h", count: 33), "x-request-id=forged", "x-two=1", "x-two=2",
                ])
        }
    }

    /// https://httpoxy.org: also where nginx is not told to blank it.
    @Test(arguments: ["/", "/unblanked/"])
    func theProxyHeaderNeverArrives(target: String) async throws {
        try await with(mirror) { nginx, _ in
            let reply = try await nginx.response("GET", target, ["Host: h", "Proxy: http://evil.example"])
            #expect(reply.status == 200 && !reply.body.contains("evil"))
        }
    }

    @Test func nginxRefusesWhatIsNoHeader() async throws {
        try await with(mirror) { nginx, _ in
            for header in ["X: a\u{0}b", "Host: a\r\nHost: b"] {
                let status = try await nginx.response("GET", "/", [header]).status
                #expect(status == 400)
            }
        }
    }

    @Test func bodiesUpToTheLimitArriveAndLargerOnesGet413() async throws {
        try await with(mirror) { nginx, _ in
            let limit = FastCGIConfiguration().maxBodyBytes
            let whole = try await nginx.response("POST", body: String(repeating: "b", count: limit))
            #expect(whole.body.contains("\n\(limit)\n"))
            for size in [limit + 1, 3 * limit, 9 * 1024 * 1024] {
                let status = try await nginx.response("POST", body: String(repeating: "b", count: size)).status
                #expect(status == 413)
            }
        }
    }

    @Test func aChunkedBodyArrivesWhole() async throws {
        try await with(mirror) { nginx, _ in
            let reply = try await nginx.response(
                "POST", "/", ["Host: h", "Transfer-Encoding: chunked", "X-End: \r\n\r\n5\r\nhello\r\n0\r\n"])
            #expect(reply.body.contains("\n5\n") && !reply.body.contains("transfer-encoding"))
        }
    }

    @Test func aHeadRequestGetsTheHeadersOnly() async throws {
        try await with(mirror) { nginx, _ in
            let reply = try await nginx.response("HEAD")
            #expect(reply.status == 200 && reply.body.isEmpty)
            #expect(reply.head.contains { $0.hasPrefix("Content-Length: ") })
        }
    }

    @Test func eventsReachTheBrowserAsTheyAreProduced() async throws {
        let feed = Feed()
        try await with { _, _ in
            feed.response()
        } _: { nginx, _ in
            let connection = try nginx.open("GET", "/", ["Host: h"])
            defer { close(connection) }
            // nginx keeps the head of a FastCGI response back until the first piece of the body.
            for number in 0..<20 {
                feed.release("event \(number).")
                let piece = try await blocking { try receiveSome(from: connection) ?? [] }
                #expect(String(decoding: piece, as: UTF8.self).hasSuffix("event \(number).\r\n"))
            }
            feed.end()
            let end = try await blocking { try receiveSome(from: connection) ?? [] }
            #expect(String(decoding: end, as: UTF8.self) == "0\r\n\r\n")
        }
    }

    @Test func aBrowserThatLeavesCancelsItsRequestBeforeAndDuringTheResponse() async throws {
        let (feed, began, left) = (Feed(), Happening(), Happening())
        let openStream = streaming { writer in
            try await writer.write(ByteBuffer(string: "begun"))
            await feed.waitForEnd()
        }
        try await with { request, _ in
            if request.uri.path == "/stream" { return openStream }
            began.happen()
            await withTaskCancellationHandler {
                await left.wait()
            } onCancel: {
                left.happen()
            }
            throw CancellationError()
        } _: { nginx, server in
            let waiting = try nginx.open("GET", "/", ["Host: h"])
            await began.wait()
            close(waiting)
            await left.wait()

            let streams = try await blocking {
                try (0..<10).map { _ in
                    let stream = try nginx.open("GET", "/stream", ["Host: h"])
                    _ = try receiveSome(from: stream)
                    return stream
                }
            }
            #expect(server.slots.inUse == 10)
            for stream in streams { close(stream) }
            // The shutdown waits for open streams: that it returns shows that they ended.
            await server.shutDown()
            try await server.waitUntilEnded()
            #expect(server.slots.inUse == 0)
        }
    }

    @Test func twoHundredParallelRequestsAreAllAnswered() async throws {
        try await with { request, _ in
            text("<\(request.uri.path)>")
        } _: { nginx, _ in
            try await withThrowingTaskGroup(of: HTTPReply.self) { group in
                for number in 0..<200 { group.addTask { try await nginx.response("GET", "/\(number)") } }
                var bodies: Set<String> = []
                for try await reply in group { bodies.insert(reply.body) }
                #expect(bodies == Set((0..<200).map { "</\($0)>" }))
            }
        }
    }

    @Test func aStreamWithoutASlotIsRefusedWithItsRetryTime() async throws {
        try await RunningServer.with(slots: 0) { _, _ in
            streaming { _ in }
        } _: { server in
            try await Nginx.with(server.socketPath) { nginx in
                let reply = try await nginx.response()
                #expect(reply.status == 503 && reply.head.contains("Retry-After: 5"))
            }
        }
    }
}
