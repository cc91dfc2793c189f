import ArgumentParser
import Core
import Foundation
import Store

/// `sluice verify`: derives the whole ledger again and says where what is stored differs.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that everything on the ledger adds up, to the token.",
        discussion: """
            Derives every charge from the tokens and the tariff of its request, every account from its charges, and every \
            sum from the usage, which is append-only; checks the audit log's chain of hashes and the file itself. Workers \
            may go on meanwhile: it looks at one moment, and keeps nobody waiting.

            --repair makes right what can be derived, then checks again: leaked holds are settled, charges, accounts and \
            sums are derived anew, and what was changed is on the audit log. Usage is never changed.

            The exit code is 0 when all adds up, 1 when something does not, 2 when it could not be checked.
            """)

    @Flag(help: "Make right what can be derived.")
    var repair = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let report: VerificationReport
        do {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let (repair, json) = (repair, json)
            report = try Blocking.run { try await Self.check(settings, repair: repair, json: json) }
        } catch let failure as CommandFailure {
            Output.note("Nothing was checked. \(failure)")
            throw ExitCode(2)
        } catch let mistakes as ConfigurationMistakes {
            Output.note("\(mistakes)")
            throw ExitCode(2)
        }
        if !report.isClean { throw ExitCode(1) }
    }

    private static func check(_ settings: Settings, repair: Bool, json: Bool) async throws -> VerificationReport {
        let store = try await SQLStore.openExisting(settings)
        var repairs: [LedgerRepair] = []
        if repair { repairs = try await store.verification.repair(at: SystemTime().now(), by: .shell) }
        let report = try await shown(store.verification)
        if json {
            Output.line(try VerificationText.json(report, repairs))
        } else {
            Output.text(VerificationText.lines(report, repairs))
        }
        return report
    }

    private static func shown(_ verification: some Verification) async throws -> VerificationReport {
        let meter = ProgressLine()
        defer { meter.end() }
        return try await verification.verify(at: SystemTime().now()) { meter.show($0) }
    }
}

extension SQLStore {
    static func openExisting(_ settings: Settings) async throws -> SQLStore {
        try await openExisting(
            path: settings.database, settings: SQLiteDatabase.Settings(durability: settings.durability),
            time: SystemTime())
    }
}
