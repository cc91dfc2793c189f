import Synchronization

/// Lets many tasks rest equally long at the cost of one timer, where each `Task.sleep` would set one of its own: ten
/// thousand of those a second take a good part of a core.
final class Beat: Sendable {
    private struct State {
        /// Those who rest, by the beat at which they go on.
        var resting: [[CheckedContinuation<Void, Never>]]
        var next = 0
        var count = 0
    }

    private let every: Duration
    private let state: Mutex<State>

    /// - Parameter restBeats: how many beats a rest takes; the first of them may be nearly over.
    init(every: Duration, restBeats: Int) {
        self.every = every
        state = Mutex(State(resting: Array(repeating: [], count: restBeats)))
    }

    /// Returns after the rest, also in a task that is cancelled meanwhile.
    func rest() async {
        await withCheckedContinuation { continuation in
            let isFirst = state.withLock { state in
                let last = (state.next + state.resting.count - 1) % state.resting.count
                state.resting[last].append(continuation)
                state.count += 1
                return state.count == 1
            }
            if isFirst { Task { await beat() } }
        }
    }

    /// Beats for as long as somebody rests.
    private func beat() async {
        var isNeeded = true
        while isNeeded {
            try? await Task.sleep(for: every)
            let (rested, areMore) = state.withLock { state in
                let rested = state.resting[state.next]
                state.resting[state.next].removeAll(keepingCapacity: true)
                state.next = (state.next + 1) % state.resting.count
                state.count -= rested.count
                return (rested, state.count > 0)
            }
            for continuation in rested { continuation.resume() }
            isNeeded = areMore
        }
    }
}
