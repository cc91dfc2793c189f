import Foundation
import LedgerSimulation
import Synchronization

/// Leads ledgers and their models through histories, as many at once as there are cores and one more:
///
///     ledger-simulator SEEDS STEPS SEED
///
/// so many seeds from SEED on, each with so many steps. Says how far it is, and ends with 1 at the first difference,
/// which it shows as a history with everything left out that the difference does not need.
@main
struct LedgerSimulator {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        guard numbers.count == 3 else { throw Usage() }
        let progress = Progress(seeds: numbers[0], steps: Int(numbers[1]), first: numbers[2])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0...ProcessInfo.processInfo.activeProcessorCount {
                group.addTask { try await work(progress) }
            }
            try await group.waitForAll()
        }
        progress.report()
        say(progress.coverageText)
        say(progress.verdict)
        if progress.hasDiffered { exit(1) }
    }

    private static func work(_ progress: Progress) async throws {
        var simulation = try await Simulation(in: folder)
        while let seed = progress.next() {
            let history = History(seed: seed, steps: progress.steps)
            let difference = try await simulation.run(history)
            progress.note(history, simulation.takeCoverage())
            guard let difference else { continue }
            guard progress.differs() else { return }
            say("seed \(seed) differs at \(difference)\nLeaving out what it does not need …")
            say(try await history.shrunk(in: folder)?.description ?? "It does not differ a second time.")
        }
    }

    /// On a disk in memory, where there is one.
    private static var folder: String {
        FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    }

    struct Usage: Error, CustomStringConvertible {
        var description: String { "ledger-simulator SEEDS STEPS SEED" }
    }
}

/// At once, whoever reads it.
func say(_ text: some CustomStringConvertible) {
    print(text)
    fflush(nil)
}
