import ArgumentParser

@main
struct Sluice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Meters a language model's tokens fairly among many people.",
        subcommands: [
            ServeCommand.self, WorkerCommand.self, UserCommand.self, FirstAdminCommand.self, TokensCommand.self,
            VocabularyCommand.self,
        ]
    )
}
