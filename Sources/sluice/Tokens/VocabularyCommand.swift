import ArgumentParser
import Crypto
import Foundation
import Tokenizer

/// `sluice vocabulary`: turns OpenAI's vocabulary files into the tables that workers map.
struct VocabularyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vocabulary",
        abstract: "Build and check the token tables.",
        subcommands: [Build.self, Check.self]
    )

    struct Build: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build the tables from o200k_base.tiktoken and cl100k_base.tiktoken.",
            discussion:
                "Each file is compared with OpenAI's own SHA-256 first. Tables that are there and whole are kept."
        )

        @Option(help: ArgumentHelp("Directory of the .tiktoken files.", valueName: "directory"))
        var from: String

        @OptionGroup var tables: TableOptions

        func run() throws {
            try FileManager.default.createDirectory(atPath: tables.directory, withIntermediateDirectories: true)
            for encoding in Encoding.allCases where !isWhole(encoding) { try build(encoding) }
        }

        private func isWhole(_ encoding: Encoding) -> Bool {
            (try? EncodingTable(directory: tables.directory, encoding: encoding)) != nil
        }

        private func build(_ encoding: Encoding) throws {
            let source = from + "/" + encoding.rawValue + ".tiktoken"
            let vocabulary = try Vocabulary(text: Self.official(source, encoding), encoding: encoding)
            let target = tables.directory + "/" + EncodingTable.fileName(of: encoding)
            try Data(TableBuilder.table(of: vocabulary)).write(to: URL(fileURLWithPath: target), options: .atomic)
            Output.note("Built \(target).")
        }

        /// The file's bytes, if they are OpenAI's.
        private static func official(_ path: String, _ encoding: Encoding) throws -> [UInt8] {
            guard let bytes = FileManager.default.contents(atPath: path) else {
                throw CommandFailure("There is no vocabulary \(path).")
            }
            let digest = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
            guard digest == encoding.vocabularySHA256 else {
                throw CommandFailure(
                    "\(path) is not OpenAI's file: its SHA-256 is \(digest), not \(encoding.vocabularySHA256).")
            }
            return [UInt8](bytes)
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether the tables are there and whole; exit status 1 if not.")

        @OptionGroup var tables: TableOptions

        func run() throws {
            var failed = false
            for encoding in Encoding.allCases {
                do {
                    _ = try EncodingTable(directory: tables.directory, encoding: encoding)
                    Output.line("\(encoding.rawValue): whole")
                } catch {
                    Output.note("\(error)")
                    failed = true
                }
            }
            if failed { throw ExitCode.failure }
        }
    }
}
