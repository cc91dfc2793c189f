/// Memory for one kind of element, freed with its owner. Grows by being replaced; its contents are not kept.
final class Scratch<Element: BitwiseCopyable> {
    private(set) var start: UnsafeMutablePointer<Element>
    private(set) var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        start = .allocate(capacity: capacity)
    }

    /// Every element set to `value`, now and after every growth.
    convenience init(capacity: Int, repeating value: Element) {
        self.init(capacity: capacity)
        start.initialize(repeating: value, count: capacity)
    }

    func reserve(_ count: Int) {
        guard count > capacity else { return }
        start.deallocate()
        capacity = count
        start = .allocate(capacity: capacity)
    }

    func shrink(to limit: Int) {
        guard capacity > limit else { return }
        start.deallocate()
        capacity = limit
        start = .allocate(capacity: capacity)
    }

    @inline(__always) subscript(index: Int) -> Element {
        get { start[index] }
        set { start[index] = newValue }
    }

    deinit { start.deallocate() }
}
