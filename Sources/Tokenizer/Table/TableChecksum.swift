/// A checksum for finding a damaged table, not a forged one: any change within one 64-bit word is found for certain.
///
/// Eight independent lanes of xor and multiply by an odd number, so that a table of 10 MB takes about half a
/// millisecond: fast enough to be done at every start.
struct TableChecksum {
    private static let odd: UInt64 = 0x9E37_79B9_7F4A_7C15

    private var lanes: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4, 5, 6, 7, 8)

    /// Adds the next bytes. What does not fill a line of 64 bytes at the end is not looked at: a whole table has no such
    /// rest, and one that has is refused for its size.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard var line = bytes.baseAddress else { return }
        let end = line + bytes.count / 64 * 64
        var lanes = lanes
        while line < end {
            lanes.0 = (lanes.0 ^ line.load(fromByteOffset: 0, as: UInt64.self)) &* Self.odd
            lanes.1 = (lanes.1 ^ line.load(fromByteOffset: 8, as: UInt64.self)) &* Self.odd
            lanes.2 = (lanes.2 ^ line.load(fromByteOffset: 16, as: UInt64.self)) &* Self.odd
            lanes.3 = (lanes.3 ^ line.load(fromByteOffset: 24, as: UInt64.self)) &* Self.odd
            lanes.4 = (lanes.4 ^ line.load(fromByteOffset: 32, as: UInt64.self)) &* Self.odd
            lanes.5 = (lanes.5 ^ line.load(fromByteOffset: 40, as: UInt64.self)) &* Self.odd
            lanes.6 = (lanes.6 ^ line.load(fromByteOffset: 48, as: UInt64.self)) &* Self.odd
            lanes.7 = (lanes.7 ^ line.load(fromByteOffset: 56, as: UInt64.self)) &* Self.odd
            line += 64
        }
        self.lanes = lanes
    }

    var value: UInt64 {
        [lanes.0, lanes.1, lanes.2, lanes.3, lanes.4, lanes.5, lanes.6, lanes.7]
            .reduce(0) { sum, lane in (sum ^ lane ^ (lane >> 32)) &* Self.odd }
    }
}
