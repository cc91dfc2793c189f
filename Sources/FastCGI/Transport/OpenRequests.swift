import Synchronization

/// Counts the connections from before they are accepted until they are closed, and waits for the last at the end.
final class OpenRequests: Sendable {
    private let limit: Int
    private let count = Atomic<Int>(0)
    private let isEnding = Atomic<Bool>(false)
    private let isFull = Atomic<Bool>(false)
    private let waiter = Mutex<CheckedContinuation<Void, Never>?>(nil)

    enum Admission {
        /// Counted: `leave` is due.
        case admitted
        /// As many as may be: `leave` tells when there is room again.
        case full
        case ending
    }

    init(limit: Int) {
        self.limit = limit
    }

    /// Comes before accept(2), so that a drain cannot miss a connection that is just being taken.
    func enter() -> Admission {
        if count.add(1, ordering: .sequentiallyConsistent).newValue <= limit,
            !isEnding.load(ordering: .sequentiallyConsistent)
        {
            return .admitted
        }
        if isEnding.load(ordering: .sequentiallyConsistent) {
            leave()
            return .ending
        }
        isFull.store(true, ordering: .sequentiallyConsistent)
        // Who left between the count and the flag has not seen the flag: then the caller finds it taken down here.
        if count.subtract(1, ordering: .sequentiallyConsistent).newValue < limit,
            isFull.exchange(false, ordering: .sequentiallyConsistent)
        {
            return enter()
        }
        return .full
    }

    /// - Returns: whether accepting has to be taken up again, because it stopped at the limit.
    @discardableResult
    func leave() -> Bool {
        let rest = count.subtract(1, ordering: .sequentiallyConsistent).newValue
        if rest == 0, isEnding.load(ordering: .sequentiallyConsistent) { wakeWaiter() }
        return isFull.exchange(false, ordering: .sequentiallyConsistent)
    }

    /// From now on nobody enters.
    func end() {
        isEnding.store(true, ordering: .sequentiallyConsistent)
    }

    /// Returns when the last has left, also in a cancelled task. Once, after `end`.
    func allLeft() async {
        await withCheckedContinuation { continuation in
            waiter.withLock { $0 = continuation }
            if count.load(ordering: .sequentiallyConsistent) == 0 { wakeWaiter() }
        }
    }

    private func wakeWaiter() {
        waiter.withLock { $0.take() }?.resume()
    }
}
