import ArgumentParser

@main
struct Sluice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Meters a language model's tokens fairly among many people.",
        subcommands: [TokensCommand.self, VocabularyCommand.self]
    )
}
