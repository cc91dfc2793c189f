import LedgerSimulation
import Synchronization

/// How far all are together.
final class Progress: Sendable {
    private struct State {
        var next: UInt64
        var operations = 0
        var histories = 0
        var coverage = Coverage()
        var hasDiffered = false
        var reportedAt: ContinuousClock.Instant
    }

    let steps: Int
    private let end: UInt64
    private let beginning = ContinuousClock.now
    private let state: Mutex<State>

    init(seeds: UInt64, steps: Int, first: UInt64) {
        self.steps = steps
        end = first + seeds
        state = Mutex(State(next: first, reportedAt: beginning))
    }

    /// The next seed; nil where there is none, or something differed.
    func next() -> UInt64? {
        state.withLock { state in
            guard state.next < end, !state.hasDiffered else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func note(_ history: History, _ coverage: Coverage) {
        let isDue = state.withLock { state in
            state.operations += history.count
            state.histories += 1
            state.coverage.add(coverage)
            guard state.reportedAt.duration(to: .now) > .seconds(10) else { return false }
            state.reportedAt = .now
            return true
        }
        if isDue { report() }
    }

    /// - Returns: false when another one came first.
    func differs() -> Bool {
        state.withLock { state in
            defer { state.hasDiffered = true }
            return !state.hasDiffered
        }
    }

    var hasDiffered: Bool { state.withLock(\.hasDiffered) }

    func report() {
        let (operations, histories) = state.withLock { ($0.operations, $0.histories) }
        let duration = beginning.duration(to: .now)
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let rate = Int(Double(operations) / max(seconds, 0.001) * 60)
        say("\(operations) operations, \(histories) histories, \(rate) operations a minute")
    }

    /// What happened how often.
    var coverageText: String {
        state.withLock { state in
            state.coverage.counts.sorted { $0.key < $1.key }.map { "  \($0.value) \($0.key)" }.joined(separator: "\n")
        }
    }

    var verdict: String {
        state.withLock { state in
            "\(state.operations) operations, \(state.histories) histories, \(state.hasDiffered ? 1 : 0) differences"
        }
    }
}
