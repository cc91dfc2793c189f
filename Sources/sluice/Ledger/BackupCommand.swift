import ArgumentParser
import Core
import Foundation
import Store

/// `sluice backup FILE`: the whole database as it is at one moment, while workers go on.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write the whole database, as it is now, to a file.",
        discussion: """
            Workers may go on meanwhile. The file is complete and verified before it has its name, only its owner can read \
            it, and one that is there already is not overwritten. It is a database like any other: to restore it, stop \
            Sluice, put it in the place of SLUICE_DATABASE and remove that file's -wal and -shm.

            The exit code is 0 when it was written and all in it adds up; 1 when it was written and something in it does \
            not, as sluice verify says in detail; 2 when nothing was written.
            """)

    @Argument(help: "The file, in a folder that exists.", completion: .file())
    var file: String

    func run() throws {
        let settings: Settings
        let report: VerificationReport
        do {
            settings = try Settings(ProcessInfo.processInfo.environment)
            let (file, settings) = (file, settings)
            report = try Blocking.run {
                try await SQLStore.openExisting(settings).backUp(to: file)
            }
        } catch let failure as CommandFailure {
            Output.note("Nothing was written. \(failure)")
            throw ExitCode(2)
        } catch let mistakes as ConfigurationMistakes {
            Output.note("\(mistakes)")
            throw ExitCode(2)
        }
        Output.line("Wrote \(file).")
        guard report.isClean else {
            Output.note("It is as the database is, but not all in it adds up: see sluice verify.")
            throw ExitCode(1)
        }
    }
}
