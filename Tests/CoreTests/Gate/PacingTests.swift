import Testing

@testable import Core

struct PacingTests {
    /// When each piece is let through, in milliseconds, of pieces that the upstream makes `gap` apart.
    private func moments(_ count: Int, gap: Int64, reduction: Int64) -> [Int64] {
        var pacing = Pacing(reduction: reduction)
        var now: Int64 = 0
        return (0..<count).map { index in
            now = max(now, Int64(index) * gap)
            let moment = now
            now += pacing.delay(at: Timestamp(milliseconds: now))
            return moment
        }
    }

    @Test(arguments: [(500_000, 40), (250_000, 26), (900_000, 200), (0, 20)] as [(Int64, Int64)])
    func piecesComeSlowerByTheShare(reduction: Int64, gap: Int64) {
        let moments = moments(200, gap: 20, reduction: reduction)
        let slowed = moments[199] - moments[9]
        #expect(abs(slowed - 190 * gap) <= 190)
    }

    @Test func theFirstPiecesComeAsTheyAre() {
        #expect(moments(9, gap: 20, reduction: 500_000) == [0, 20, 40, 60, 80, 100, 120, 140, 160])
    }

    @Test func anUpstreamSlowerThanThatIsNotSlowedFurther() {
        var pacing = Pacing(reduction: 500_000)
        for piece in 0..<9 { _ = pacing.delay(at: Timestamp(milliseconds: Int64(piece) * 10)) }
        #expect(pacing.delay(at: Timestamp(milliseconds: 5000)) == 0)
    }

    @Test func noPieceWaitsLongerThanASecond() {
        #expect(
            zip(moments(40, gap: 5000, reduction: 990_000), moments(41, gap: 5000, reduction: 990_000).dropFirst())
                .allSatisfy { $1 - $0 <= 6000 })
    }

    @Test func aClockThatIsPutBackHoldsUpOnePieceAtMost() {
        var pacing = Pacing(reduction: 500_000)
        for piece in 0..<20 { _ = pacing.delay(at: Timestamp(milliseconds: 1_000_000 + Int64(piece) * 40)) }
        let delays = (0..<10).map { pacing.delay(at: Timestamp(milliseconds: Int64($0) * 40)) }
        #expect(delays.allSatisfy { $0 < 1000 }, "\(delays)")
    }

    @Test func whatComesAllAtOnceIsNotHeldUp() {
        #expect(moments(100, gap: 0, reduction: 500_000).allSatisfy { $0 == 0 })
    }
}
