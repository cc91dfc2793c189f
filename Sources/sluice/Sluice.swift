import ArgumentParser

@main
struct Sluice: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Meters a language model's tokens fairly among many people.",
        discussion: """
            Whatever reads or changes people, keys, limits or the ledger does so in the SQLite file that SLUICE_DATABASE \
            names, var/sluice.db where it is not set; workers may go on meanwhile.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, WorkerCommand.self, UserCommand.self, KeyCommand.self, LimitsCommand.self,
            VerifyCommand.self,
            BackupCommand.self,
            FirstAdminCommand.self,
            TokensCommand.self, VocabularyCommand.self,
        ]
    )
}
