/// Slows a reply down by a share of its own speed.
///
/// The first pieces come as they are, to see how fast they come. What comes later may have waited to be read, so that
/// nobody could tell its own pace any more.
struct Pacing: Sendable, Hashable {
    private static let measuredPieces: Int64 = 8
    /// No piece waits longer, in milliseconds.
    private static let longestDelay: Int64 = 1000

    /// In parts per million of the speed.
    private let reduction: Int64
    private var pieces: Int64 = 0
    private var firstAt = Timestamp(milliseconds: 0)
    /// How far apart pieces are let through, and when the next one is, in microseconds; nil while it is measured.
    private var spacing: Int64?
    private var due: Int64 = 0

    init(reduction: Int64) {
        self.reduction = max(0, min(reduction, 990_000))
    }

    /// How long to wait after the piece that came at `now` before the next one is read, in milliseconds.
    mutating func delay(at now: Timestamp) -> Int64 {
        if pieces == 0 { firstAt = now }
        defer { pieces += 1 }
        if pieces == Self.measuredPieces { measure(until: now) }
        guard let spacing else { return 0 }
        let delay = due + spacing - now.milliseconds * 1000
        // A delay that is longer than any comes of a clock that was put back.
        guard delay > 0, delay <= 2000 * Self.longestDelay else {
            due = now.milliseconds * 1000
            return 0
        }
        due += spacing
        return min(Self.longestDelay, delay / 1000)
    }

    private mutating func measure(until now: Timestamp) {
        let natural = max(0, now.milliseconds - firstAt.milliseconds) * 1000 / Self.measuredPieces
        spacing = min(Self.longestDelay * 1000, natural * 1_000_000 / (1_000_000 - reduction))
        due = now.milliseconds * 1000
    }
}
