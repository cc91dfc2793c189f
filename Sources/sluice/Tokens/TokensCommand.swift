public import ArgumentParser
import Foundation
public import Tokenizer

/// `sluice tokens`: counts standard input.
struct TokensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Count the tokens of standard input, exactly as tiktoken does.",
        discussion: """
            Special tokens are off: <|endoftext|> is text. Bytes that are not UTF-8 count as U+FFFD. With --model, a \
            name whose tokenizer is not known is counted with o200k_base and a note on standard error says so.
            """
    )

    @Option(help: "Count as this model does.")
    var model: String?

    @Option(help: "Count with this encoding: o200k_base (the default) or cl100k_base.")
    var encoding: Encoding?

    @Flag(help: "Print the ids, separated by spaces, instead of their number.")
    var ids = false

    @Flag(help: "Read one JSON string a line; print one count (or one line of ids) a line.")
    var jsonl = false

    @OptionGroup var tables: TableOptions

    func validate() throws {
        if model != nil && encoding != nil { throw ValidationError("Give --model or --encoding, not both.") }
    }

    func run() throws {
        let counter = try tables.counter(of: chosenEncoding())
        if jsonl {
            try countLines(counter)
        } else {
            let input = try FileHandle.standardInput.readToEnd() ?? Data()
            Output.line(result(of: String(decoding: input, as: UTF8.self), counter))
        }
    }

    private func chosenEncoding() -> Encoding {
        guard let model else { return encoding ?? .o200kBase }
        let known = ModelEncoding(ofModel: model)
        if !known.isExact {
            Output.note(
                "The tokenizer of \(model) is not known; counting with o200k_base, so the result is an estimate.")
        }
        return known.encoding
    }

    private func countLines(_ counter: TokenCounter) throws {
        var number = 0
        while let line = readLine() {
            number += 1
            guard let text = JSONText.string(line) else {
                throw CommandFailure("Line \(number) of standard input is not a JSON string.")
            }
            Output.line(result(of: text, counter))
        }
    }

    private func result(of text: String, _ counter: TokenCounter) -> String {
        ids ? counter.encode(text).map(String.init).joined(separator: " ") : String(counter.count(text))
    }
}

extension Encoding: ExpressibleByArgument {}
