/// How a bucket flows back, exactly: what is not yet a whole unit is kept for the next time.
public struct Refill: Sendable, Hashable, Codable {
    /// Up to where it has been counted.
    public var countedUntil: Timestamp
    /// Beyond the whole units, in thousand-millionths of one: 0…999,999,999.
    public var remainder: Int64

    public init(countedUntil: Timestamp, remainder: Int64 = 0) {
        self.countedUntil = countedUntil
        self.remainder = remainder
    }

    /// Counts on to `now`. Where the clock has stepped back a little nothing flows, and nothing a second time later. Where
    /// it had been wrong by more, counting begins anew: nobody can wait for what it has counted.
    ///
    /// - Parameter rate: millionths of a unit a second.
    /// - Returns: the whole units that have flowed back meanwhile.
    public mutating func advance(to now: Timestamp, rate: Int64) -> Int64 {
        let elapsed = now.milliseconds.subtractingClamped(countedUntil.milliseconds)
        guard elapsed > 0 else {
            if elapsed < -1000 * ClockError.toleratedSecondsOfPace { countedUntil = now }
            return 0
        }
        let flowed = Int128(elapsed) * Int128(rate) + Int128(remainder)
        countedUntil = now
        remainder = Int64(flowed % 1_000_000_000)
        return Int64(clamping: flowed / 1_000_000_000)
    }

    /// When `units` more will have flowed back.
    public func moment(of units: Int64, rate: Int64) -> Timestamp {
        guard units > 0 else { return countedUntil }
        let missing = Int128(units) * 1_000_000_000 - Int128(remainder)
        let milliseconds = Int64(clamping: (missing + Int128(rate) - 1) / Int128(max(1, rate)))
        return Timestamp(milliseconds: countedUntil.milliseconds.addingClamped(milliseconds))
    }
}
