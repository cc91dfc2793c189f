import Synchronization

/// How many responses may stream at the same time: each holds a connection for minutes, so that without a limit the
/// file descriptors run out and plain pages with them.
public final class StreamSlots: Sendable {
    public let limit: Int
    private let taken = Atomic<Int>(0)

    public init(limit: Int) {
        self.limit = limit
    }

    /// The slots that are taken now.
    public var inUse: Int { taken.load(ordering: .relaxed) }

    /// A slot, or nil when all are taken. It is given back with `release`, at the latest when nobody refers to it.
    public func tryTake() -> Slot? {
        let count = taken.add(1, ordering: .acquiringAndReleasing).newValue
        guard count <= limit else {
            giveBack()
            return nil
        }
        return Slot(of: self)
    }

    private func giveBack() {
        taken.subtract(1, ordering: .acquiringAndReleasing)
    }

    public final class Slot: Sendable {
        private let slots: StreamSlots
        private let isReleased = Atomic<Bool>(false)

        fileprivate init(of slots: StreamSlots) {
            self.slots = slots
        }

        deinit {
            release()
        }

        /// Gives the slot back. Only the first call does anything.
        public func release() {
            guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
            slots.giveBack()
        }
    }
}

/// The one slot that a request may have, whoever asks for it first.
final class StreamClaim: Sendable {
    private let slots: StreamSlots
    private let slot = Mutex<StreamSlots.Slot?>(nil)

    init(on slots: StreamSlots) {
        self.slots = slots
    }

    func take() -> Bool {
        slot.withLock { slot in
            slot = slot ?? slots.tryTake()
            return slot != nil
        }
    }

    func release() {
        slot.withLock { slot in
            slot?.release()
            slot = nil
        }
    }
}
