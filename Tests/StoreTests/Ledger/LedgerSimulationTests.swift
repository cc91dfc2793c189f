import Core
import Foundation
import LedgerSimulation
import Testing

/// A short run of what `make simulate` does at length.
struct LedgerSimulationTests {
    @Test func theLedgerAgreesWithItsModelInEveryCaseThereIs() async throws {
        var simulation = try await Simulation(in: folder)
        for seed in UInt64(0)..<14 {
            let history = History(seed: seed, steps: 600)
            guard try await simulation.run(history) != nil else { continue }
            Issue.record("\(try await history.shrunk(in: folder)?.description ?? "seed \(seed) differed once")")
        }
        let counts = simulation.takeCoverage().counts
        // A run that never comes to a case proves nothing about it.
        for what in Self.cases { #expect(counts[what, default: 0] > 0, "never \(what)") }
    }

    @Test func theSameSeedGivesTheSameHistoryAndTheSameAnswers() async throws {
        var fingerprints: [UInt64] = []
        for seed in [7, 8, 7] as [UInt64] {
            var simulation = try await Simulation(in: folder)
            #expect(try await simulation.run(History(seed: seed, steps: 150)) == nil)
            fingerprints.append(simulation.fingerprint)
        }
        #expect(fingerprints[0] == fingerprints[2] && fingerprints[0] != fingerprints[1])
    }

    /// A limit, a hold, and the release that is forgotten are all that it takes to see it.
    @Test func aDefectIsShownByAHandfulOfSteps() async throws {
        let forgetful: Simulation.Tampering = { ForgetfulLedger(ledger: $0) }
        var simulation = try await Simulation(in: folder, tampering: forgetful)
        let history = History(seed: 3, steps: 300)
        _ = try #require(try await simulation.run(history))
        let finding = try #require(try await history.shrunk(in: folder, tampering: forgetful))
        #expect(finding.history.count <= 3, "\(finding)")
        #expect(finding.description.contains("release request"))
    }

    private var folder: String { NSTemporaryDirectory() }

    private static let cases = [
        "granted as asked", "granted shortened", "granted with less held", "granted from extras",
        "granted though a shadow would refuse", "refused", "refused for ever", "refused by a share",
        "refused by bucket",
        "refused by hour", "refused by day", "refused by month", "refused by lifetime", "refused by perRequest",
        "hold of a request that is known", "extended as asked", "extended in part", "extension refused",
        "extension of a request that is not held", "settled", "settled again", "settled above the hold",
        "corrected after a reap", "settlement of a request that is not known", "released", "refreshed", "reaped",
        "limit changed", "change of a limit refused", "limit retired", "limit set again", "grant revoked",
        "clock moved on", "clock stepped back", "undone by a fault", "asked: crash", "asked: move to a tier",
        "asked: set a priority", "asked: set the calendar", "asked: set the rules",
        "asked: move the clock to the end of a window",
    ]
}

/// Loses every release.
private struct ForgetfulLedger: Ledger {
    let ledger: any Ledger

    func release(_ request: RequestID) async throws {}

    func hold(_ request: HoldRequest, at now: Timestamp) async throws -> Admission {
        try await ledger.hold(request, at: now)
    }

    func extend(_ request: RequestID, toReply wanted: Int64, at now: Timestamp) async throws -> Extension {
        try await ledger.extend(request, toReply: wanted, at: now)
    }

    func leaveQueue(_ request: RequestID) async throws { try await ledger.leaveQueue(request) }

    func queueDepth(at now: Timestamp) async throws -> Int64 { try await ledger.queueDepth(at: now) }

    func refresh(_ progress: [HoldProgress], leaseUntil: Timestamp) async throws -> [RequestID: HoldStanding] {
        try await ledger.refresh(progress, leaseUntil: leaseUntil)
    }

    func askToStop(_ request: RequestID, of person: PersonID) async throws -> Bool {
        try await ledger.askToStop(request, of: person)
    }

    func watch(_ request: RequestID, of person: PersonID, until moment: Timestamp) async throws -> Bool {
        try await ledger.watch(request, of: person, until: moment)
    }

    func settle(_ request: RequestID, as ending: Ending, at now: Timestamp) async throws -> Settlement {
        try await ledger.settle(request, as: ending, at: now)
    }

    func note(_ streamedTokens: Int64, of request: RequestID) { ledger.note(streamedTokens, of: request) }

    func expiredLeases(at now: Timestamp, cuttingOthersTo longest: Timestamp) async throws -> [Lease] {
        try await ledger.expiredLeases(at: now, cuttingOthersTo: longest)
    }

    func reap(_ leases: [Lease], at now: Timestamp) async throws -> [Settlement] {
        try await ledger.reap(leases, at: now)
    }

    func accounts(on path: QuotaPath, at now: Timestamp) async throws -> [Account] {
        try await ledger.accounts(on: path, at: now)
    }

    func openHolds() async throws -> [OpenHold] { try await ledger.openHolds() }
}
