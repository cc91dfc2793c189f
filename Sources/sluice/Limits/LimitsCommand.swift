import ArgumentParser
import Core
import Foundation
import LimitsFile
import Store

/// `sluice limits`: all limits as one file, to be kept beside the code and looked at before they change.
struct LimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits", abstract: "Take limits from a file, or write them to one.",
        subcommands: [Import.self, Export.self])

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Set limits from a YAML file, and show what changes.",
            discussion: """
                What the file does not name stays as it is: a project or tier that is not in it, alerts if it has no \
                section alerts. Of what it names it says all: a project without daily_limit has no daily limit any \
                more. Limits that have no key of their own stand in a list limits; they are left alone where a project \
                or tier has no such list, and are exactly those of the list where it has one. Nothing is deleted: a \
                limit that is taken away is retired, and what was used of one that stays remains used.

                A project that does not exist is made, and so is a tier: tier_NAME means the tier NAME, whatever its \
                case.

                Either all of the file is applied or nothing. What is refused is written to standard error as \
                FILE:LINE: REASON, and the exit code is 1. The next request feels the change.
                """)

        @Argument(help: "The file, or - for standard input.")
        var file: String

        @Flag(help: "Only show what would change.")
        var dryRun = false

        func run() throws {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let (source, dryRun) = (LimitsSource(file), dryRun)
            do {
                let plan = try source.read()
                let changes = try Blocking.run {
                    let plans = try await SQLStore.open(settings).limitPlans
                    return try await dryRun ? plans.preview(plan) : plans.apply(plan, by: .shell)
                }
                for change in changes { Output.line(change.description) }
                Output.note(Self.summary(of: changes.count, dryRun: dryRun))
            } catch let flaws as LimitsFileFlaws {
                for flaw in flaws.all { Output.note(source.line(flaw)) }
                throw ExitCode.failure
            }
        }

        private static func summary(of count: Int, dryRun: Bool) -> String {
            switch count {
            case 0: "All limits are so already."
            case 1: dryRun ? "1 change; nothing was applied." : "Applied 1 change."
            default: dryRun ? "\(count) changes; nothing was applied." : "Applied \(count) changes."
            }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write all limits to standard output, as a file that sluice limits import takes.",
            discussion: """
                Imported again it changes nothing. Grants are not in it: they are given once. People, API keys and \
                models stand in it if they have limits of their own; people by e-mail address, keys by id.
                """)

        func run() throws {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let plan = try Blocking.run { try await SQLStore.open(settings).limitPlans.current() }
            let text = LimitsFile.write(plan)
            Output.text(text)
            let most = LimitsFile.maxBytes
            if text.utf8.count > most { Output.note("This is more than the \(most / 1024) KiB that an import takes.") }
        }
    }
}

/// Where a limits file is read from.
struct LimitsSource: Sendable {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// For messages.
    var name: String { path == "-" ? "standard input" : path }

    /// - Throws: `LimitsFileFlaws`, `CommandFailure`.
    func read() throws -> LimitPlan { try LimitsFile.read(bytes: bytes()) }

    /// The way compilers write it, so that editors find the place.
    func line(_ flaw: LimitsFileFlaw) -> String {
        "\(name):\(flaw.line.map { "\($0):" } ?? "") \(flaw.reason)"
    }

    /// No more than one byte beyond what a file may have: then it is too large, whatever follows.
    private func bytes() throws -> [UInt8] {
        do {
            let handle =
                try path == "-" ? FileHandle.standardInput : FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            return Array(try handle.read(upToCount: LimitsFile.maxBytes + 1) ?? Data())
        } catch {
            let reason = (error as NSError).localizedFailureReason.map { ": \($0)" } ?? "."
            throw CommandFailure("\(name) cannot be read\(reason)")
        }
    }
}
