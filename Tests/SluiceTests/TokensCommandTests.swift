import Foundation
import Testing

/// The built command, run as a person runs it.
@Suite struct TokensCommandTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct Outcome {
        var output: String
        var complaint: String
        var status: Int32
    }

    /// `sluice tokens` with these arguments; by default with the tables that `make vocabulary` built.
    private func tokens(_ arguments: [String], input: Data, tables: String? = nil) throws -> Outcome {
        let process = Process()
        let (input, output, complaint) = (try file(holding: input), Pipe(), Pipe())
        process.executableURL = Bundle.main.bundleURL.appendingPathComponent("sluice")
        process.arguments = ["tokens"] + arguments
        process.environment = ["SLUICE_TABLES": tables ?? Self.root.appendingPathComponent("var/vocabulary").path]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = complaint
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let complained = complaint.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            output: String(decoding: said, as: UTF8.self), complaint: String(decoding: complained, as: UTF8.self),
            status: process.terminationStatus)
    }

    private func file(holding data: Data) throws -> FileHandle {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")
        try data.write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        return try FileHandle(forReadingFrom: path)
    }

    private func output(_ arguments: [String], _ input: String) throws -> String {
        let outcome = try tokens(arguments, input: Data(input.utf8))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        return outcome.output
    }

    @Test func standardInputIsCountedAsItIs() throws {
        #expect(try output([], "Hello, world!") == "4\n")
        #expect(try output(["--ids"], "Hello, world!\n") == "13225 11 2375 4175\n")
        #expect(try output([], "") == "0\n")
        #expect(try output(["--ids"], "Hello, world!") == "13225 11 2375 0\n")
        #expect(try output(["--ids", "--encoding", "cl100k_base"], "Hello, world!") == "9906 11 1917 0\n")
    }

    @Test func aModelChoosesItsEncoding() throws {
        #expect(try output(["--model", "gpt-4", "--ids"], "hello") == "15339\n")
        #expect(try output(["--model", "gpt-4o", "--ids"], "hello") == "24912\n")
    }

    @Test func anUnknownModelIsCountedWithANote() throws {
        let outcome = try tokens(["--model", "claude-sonnet-4-5"], input: Data("hello".utf8))
        #expect(outcome.output == "1\n")
        #expect(outcome.complaint.contains("claude-sonnet-4-5") && outcome.complaint.contains("estimate"))
    }

    @Test func linesOfJSONAreCountedOneByOne() throws {
        #expect(try output(["--jsonl"], "\"Hello, world!\"\n\"\"\n\"a\\nb\"\n") == "4\n0\n3\n")
        #expect(try output(["--jsonl", "--ids"], "\"\\u0000\"\n\"\\ud83d\\ude00\"") == "188\n84083\n")
    }

    /// As Python's tiktoken has it; a backslash before what looks like an escape leaves it alone.
    @Test func loneSurrogatesCountAsReplacementCharacters() throws {
        let replaced = try output(["--jsonl", "--ids"], "\"a\u{FFFD}b\"")
        #expect(try output(["--jsonl", "--ids"], #""a\ud800b""#) == replaced)
        #expect(try output(["--jsonl", "--ids"], #""a\uDFFFb""#) == replaced)
        #expect(
            try output(["--jsonl", "--ids"], #""\ude00\ud83d\ude00""#) == output(["--jsonl", "--ids"], "\"\u{FFFD}😀\""))
        #expect(try output(["--jsonl", "--ids"], #""x\\ud800""#) == "87 59 527 6685\n")
    }

    @Test func bytesThatAreNotUTF8Count() throws {
        let outcome = try tokens(["--ids"], input: Data([0x61, 0xFF, 0x62]))
        #expect(try outcome.output == output(["--ids"], "a\u{FFFD}b"))
    }

    @Test(arguments: ["nonsense", "{}", "\"open", "[1]"])
    func aLineThatIsNoJSONStringIsNamed(line: String) throws {
        let outcome = try tokens(["--jsonl"], input: Data("\"fine\"\n\(line)\n".utf8))
        #expect(outcome.status != 0)
        #expect(outcome.complaint.contains("Line 2"))
    }

    @Test(arguments: [
        ["--model", "gpt-4o", "--encoding", "cl100k_base"], ["--encoding", "p50k_base"], ["--nonsense"],
    ])
    func wrongOptionsAreExplained(arguments: [String]) throws {
        let outcome = try tokens(arguments, input: Data())
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty && !outcome.complaint.isEmpty)
    }

    @Test func withoutTablesItSaysWhatIsMissingAndHowToGetIt() throws {
        let outcome = try tokens([], input: Data("hello".utf8), tables: "/nowhere")
        #expect(outcome.status != 0)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.complaint.contains("/nowhere/o200k_base.table") && outcome.complaint.contains("make vocabulary"))
    }
}
