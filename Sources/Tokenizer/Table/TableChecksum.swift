/// A checksum for finding a damaged table, not a forged one: any change within one 64-bit word is found for certain.
///
/// Eight independent lanes of xor and multiply by an odd number, so that a table of 10 MB is read in under a
/// millisecond: fast enough to be done at every start.
enum TableChecksum {
    private static let odd: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// `bytes.count` is a multiple of 64; `seed` is what else must not change.
    static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var lanes = (
            seed, seed &+ 1, seed &+ 2, seed &+ 3, seed &+ 4, seed &+ 5, seed &+ 6, seed &+ 7
        )
        guard let base = bytes.baseAddress else { return seed }
        var line = base
        let end = base + bytes.count
        while line < end {
            lanes.0 = (lanes.0 ^ line.load(fromByteOffset: 0, as: UInt64.self)) &* odd
            lanes.1 = (lanes.1 ^ line.load(fromByteOffset: 8, as: UInt64.self)) &* odd
            lanes.2 = (lanes.2 ^ line.load(fromByteOffset: 16, as: UInt64.self)) &* odd
            lanes.3 = (lanes.3 ^ line.load(fromByteOffset: 24, as: UInt64.self)) &* odd
            lanes.4 = (lanes.4 ^ line.load(fromByteOffset: 32, as: UInt64.self)) &* odd
            lanes.5 = (lanes.5 ^ line.load(fromByteOffset: 40, as: UInt64.self)) &* odd
            lanes.6 = (lanes.6 ^ line.load(fromByteOffset: 48, as: UInt64.self)) &* odd
            lanes.7 = (lanes.7 ^ line.load(fromByteOffset: 56, as: UInt64.self)) &* odd
            line += 64
        }
        return [lanes.0, lanes.1, lanes.2, lanes.3, lanes.4, lanes.5, lanes.6, lanes.7]
            .reduce(seed) { sum, lane in (sum ^ lane ^ (lane >> 32)) &* odd }
    }
}
