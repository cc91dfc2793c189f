/// Random numbers that are the same each time (SplitMix64).
public struct Dice: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: Int) {
        state = UInt64(seed)
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// One in `count`.
    public mutating func one(in count: Int) -> Bool { below(count) == 0 }

    public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// The ends of the range as often as something between them.
    public mutating func amount(_ range: ClosedRange<Int64>) -> Int64 {
        switch below(4) {
        case 0: range.lowerBound
        case 1: range.upperBound
        case 2: Int64.random(in: range, using: &self)
        default: min(range.upperBound, max(range.lowerBound, Int64(below(100_000))))
        }
    }
}
