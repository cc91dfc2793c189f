import ArgumentParser

@main
struct Sluice: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Meters a language model's tokens fairly among many people.",
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
