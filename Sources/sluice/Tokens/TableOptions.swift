import ArgumentParser
import Foundation
import Tokenizer

/// Where the token tables are.
struct TableOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Directory of the token tables (default: SLUICE_TABLES, or var/vocabulary).", valueName: "directory"))
    var tables: String?

    var directory: String {
        tables ?? ProcessInfo.processInfo.environment["SLUICE_TABLES"] ?? "var/vocabulary"
    }

    func counter(of encoding: Encoding) throws -> TokenCounter {
        do {
            return TokenCounter(table: try EncodingTable(directory: directory, encoding: encoding))
        } catch {
            throw CommandFailure("\(error)\nTo make the tables: make vocabulary")
        }
    }
}
