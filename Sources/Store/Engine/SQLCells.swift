/// One row of an answer while it is read, by the numbers of its columns: for answers of millions of rows, of which nothing
/// is to be kept. Not to be kept beyond the closure that received it.
protocol SQLCells {
    /// Nil for NULL, and for text.
    func number(_ column: Int) -> Int64?

    /// Nil for NULL.
    func text(_ column: Int) -> String?

    /// The text's digest under `key`, without making a string of it; that of nothing for NULL.
    func digest(_ column: Int, _ key: Digest.Key) -> Digest
}

extension SQLCells {
    /// A number that is never NULL; zero if it is, which only a damaged file has.
    func count(_ column: Int) -> Int64 { number(column) ?? 0 }
}

/// 64 bits that stand for a name. Under a random key two different names are taken for the same once in about 2⁶⁰.
struct Digest: Hashable, Sendable {
    let bits: UInt64

    static let nothing = Digest(bits: 0)

    struct Key: Sendable {
        fileprivate let first: UInt64
        fileprivate let second: UInt64

        static func random() -> Key {
            var generator = SystemRandomNumberGenerator()
            return Key(first: generator.next(), second: generator.next() | 1)
        }
    }

    init(bits: UInt64) {
        self.bits = bits
    }

    init(_ text: String?, _ key: Key) {
        guard var text else {
            self = .nothing
            return
        }
        self = text.withUTF8 { Digest(UnsafeRawBufferPointer($0), key) }
    }

    /// Eight bytes at a time, each mixed in by a multiplication of full width.
    init(_ bytes: UnsafeRawBufferPointer, _ key: Key) {
        var state = key.first ^ UInt64(bytes.count)
        var position = 0
        while position + 8 <= bytes.count {
            state = key.mix(state ^ bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var rest: UInt64 = 0
        for byte in bytes[position...] { rest = rest << 8 | UInt64(byte) }
        bits = key.mix(key.mix(state ^ rest))
    }

    /// Of several names together, in this order.
    func joined(with other: UInt64, _ key: Key) -> Digest {
        Digest(bits: key.mix(key.mix(bits) ^ other))
    }
}

extension Digest.Key {
    fileprivate func mix(_ word: UInt64) -> UInt64 {
        let (high, low) = (word ^ first).multipliedFullWidth(by: second)
        return high ^ low ^ word.byteSwapped
    }
}
