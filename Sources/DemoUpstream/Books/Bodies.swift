import NIOCore

/// The bodies of the latest requests, byte by byte as they arrived.
struct Bodies {
    /// The older half goes beyond this.
    static let capacityBytes = 64 << 20

    private struct Kept {
        var id: String
        var body: ByteBuffer
    }

    private var kept: [Kept] = []
    private var bytes = 0

    mutating func keep(_ body: ByteBuffer, id: String) {
        kept.append(Kept(id: id, body: body))
        bytes += body.readableBytes
        while bytes > Self.capacityBytes, kept.count > 1 { forgetOlderHalf() }
    }

    /// - Returns: what came last under this id, where it is still there.
    func last(id: String) -> ByteBuffer? {
        kept.last { $0.id == id }?.body
    }

    private mutating func forgetOlderHalf() {
        kept.removeFirst(kept.count / 2)
        bytes = kept.reduce(0) { $0 + $1.body.readableBytes }
    }
}
