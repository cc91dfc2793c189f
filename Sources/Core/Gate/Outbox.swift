/// What of a reply an API client has still to be sent. Unlike the text, it is kept only until it is taken.
struct Outbox: Sendable {
    /// So much may wait for a slow reader before the upstream has to wait as well.
    static let roomBytes = 1 << 20

    private var passages: [UInt8] = []
    /// Nil where nothing is given again.
    private(set) var copy: OutboxCopy?
    private(set) var document: [UInt8]?
    /// The reader is gone, and no other can come.
    private var isClosed = false
    /// The reading that waits for room.
    private var held: CheckedContinuation<Void, Never>?

    init(keepsCopy: Bool = false) {
        if keepsCopy { copy = OutboxCopy() }
    }

    var hasPassages: Bool { !passages.isEmpty }

    var isFull: Bool { !isClosed && passages.count >= Self.roomBytes }

    mutating func add(_ bytes: [UInt8]) {
        copy?.add(bytes)
        guard !isClosed else { return }
        passages += bytes
    }

    mutating func keep(document bytes: [UInt8]) {
        copy?.keep(document: bytes)
        if !isClosed { document = bytes }
    }

    /// All that waits, and the reading that may go on now.
    mutating func take() -> (passages: [UInt8], released: CheckedContinuation<Void, Never>?)? {
        guard !passages.isEmpty else { return nil }
        defer { passages = [] }
        return (passages, release())
    }

    /// Drops what waits and what will come.
    mutating func close() -> CheckedContinuation<Void, Never>? {
        isClosed = true
        passages = []
        document = nil
        return release()
    }

    mutating func hold(_ reading: CheckedContinuation<Void, Never>) { held = reading }

    mutating func release() -> CheckedContinuation<Void, Never>? {
        defer { held = nil }
        return held
    }
}
