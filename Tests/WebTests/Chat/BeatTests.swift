import Testing

@testable import Web

@Suite(.timeLimit(.minutes(1))) struct BeatTests {
    @Test func everybodyRestsAsLongAndGoesOn() async {
        let beat = Beat(every: .milliseconds(5), restBeats: 4)
        for _ in 0..<3 {
            let rests = await withTaskGroup(of: Duration.self) { group in
                for _ in 0..<500 { group.addTask { await ContinuousClock().measure { await beat.rest() } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(rests.count == 500)
            // The first of the four beats may be nearly over.
            #expect(rests.min()! >= .milliseconds(15))
        }
    }

    @Test func whoIsCancelledStillGoesOn() async {
        let beat = Beat(every: .milliseconds(1), restBeats: 2)
        let resting = Task { await beat.rest() }
        resting.cancel()
        await resting.value
    }
}
