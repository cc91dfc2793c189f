import Core
import Foundation
import Relay
import Testing

@testable import DemoUpstream

/// Each fault model as the relay sees it, and what the books say then.
@Suite(.timeLimit(.minutes(5)))
struct FaultModelsTests {
    enum Seen: Sendable {
        case unreachable, garbage, timedOut, cut, brokenOff
        case refused(Int)
        case whole
    }

    @Test(arguments: [
        ("refuse", Seen.unreachable, "refused", 0 as Int64?),
        ("reset", .unreachable, "refused", 0),
        ("hang", .timedOut, "refused", 0),
        ("error-401", .refused(401), "refused", 0),
        ("error-429", .refused(429), "refused", 0),
        ("error-500", .refused(500), "refused", 0),
        ("html", .garbage, "refused", 0),
        ("redirect", .refused(307), "refused", 0),
        ("gzip", .garbage, "refused", 0),
        ("cut-after-3", .cut, "broken", 3),
        ("cut-after-0", .cut, "broken", 0),
        ("reset-after-3", .cut, "broken", 3),
        ("hang-after-3", .timedOut, "broken", 3),
        ("garbage-after-3", .garbage, "broken", 3),
        ("error-after-3", .brokenOff, "broken", 3),
        ("huge-line-after-3", .garbage, "broken", 3),
        ("no-finish", .cut, "finished", nil),
        ("no-done", .whole, "finished", nil),
        ("mixed-lines", .whole, "finished", nil),
        ("split-characters", .whole, "finished", nil),
        ("endless", .whole, "finished", 100),
        ("over-cap", .whole, "finished", 200),
    ])
    func breaksAsItsNameSays(script: String, seen: Seen, state: String, tokens: Int64?) async throws {
        try await withStandIn { client in
            try await withUpstream(silence: .seconds(script.hasPrefix("hang") ? 1 : 300)) { upstream in
                var (call, reply): (UpstreamCall, Relayed)
                var hasAllCome: Bool
                repeat {
                    call = client.call("demo-fault-" + script, cap: 100)
                    reply = try await Relayed(call, upstream)
                    #expect(seen.matches(reply.failure), "\(String(describing: reply.failure))")
                    // On a busy machine the time may be over before all has come that should.
                    let came = try await client.journal(of: call)?.completion
                    hasAllCome = reply.failure != .timedOut || came == tokens
                } while !hasAllCome
                let row = try await client.endedRow("\(call.requestID)")
                #expect(row.state == state)
                #expect(row.completion == tokens ?? reply.pieces)
            }
        }
    }

    @Test(arguments: [
        ("no-usage", []), ("zero-usage", [0]), ("negative-usage", []), ("absurd-usage", [1 << 50]),
        ("double-usage", [1, 100]),
    ])
    func reportsAsItsNameSays(script: String, completions: [Int64]) async throws {
        try await withStandIn { client in
            let call = client.call("demo-fault-endless+" + script, cap: 100)
            try await withUpstream { upstream in
                let reply = try await Relayed(call, upstream)
                #expect(reply.failure == nil && reply.usages.map(\.completionTokens) == completions)
                let row = try await client.endedRow("\(call.requestID)")
                #expect(row.completion == 100, "the books stay honest")
            }
        }
    }
}

extension FaultModelsTests.Seen {
    func matches(_ failure: UpstreamFailure?) -> Bool {
        switch (self, failure) {
        case (.unreachable, .unreachable), (.garbage, .garbage), (.timedOut, .timedOut), (.cut, .cut): true
        case (.brokenOff, .brokenOff), (.whole, nil): true
        case (.refused(let expected), .refused(let status, _, let retry)):
            status == expected && (retry == 7) == (status == 429)
        default: false
        }
    }
}
