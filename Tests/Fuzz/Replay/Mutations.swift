import SeededRandom

/// Inputs that differ a little from those of a corpus, the same ones each time. What an instrumented fuzzer does better,
/// but everywhere and in seconds.
struct Mutations {
    private let files: [[UInt8]]
    private let maxBytes: Int
    private var dice: SeededGenerator

    /// Bytes on which parsers turn.
    private static let turning = Array("\0\t\n\r \"#$%&'*+,-./0:;<=>?@[\\]^_`{|}~\u{7F}é🦆".utf8) + [0x80, 0xC0, 0xFF]

    init(of files: [[UInt8]], maxBytes: Int, seed: Int) {
        self.files = files.isEmpty ? [[]] : files
        self.maxBytes = maxBytes
        dice = SeededGenerator(seed: seed)
    }

    mutating func next() -> [UInt8] {
        var bytes = dice.pick(files)
        for _ in 0...dice.below(4) { mutate(&bytes) }
        return Array(bytes.prefix(maxBytes))
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = dice.below(bytes.count + 1)
        let range = place..<min(bytes.count, place + dice.below(16))
        switch dice.below(5) {
        case 0: bytes.insert(dice.pick(Self.turning), at: place)
        case 1: bytes.removeSubrange(range)
        case 2: bytes.insert(contentsOf: bytes[range], at: dice.below(bytes.count + 1))
        case 3: bytes.replaceSubrange(range, with: dice.pick(files).dropFirst(dice.below(64)).prefix(32))
        default: if place < bytes.count { bytes[place] ^= 1 << UInt8(dice.below(8)) }
        }
    }
}
