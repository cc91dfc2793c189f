import Synchronization
import Testing

@testable import FastCGI

@Suite("Stream slots")
struct StreamSlotsTests {
    @Test func noMoreSlotsThanTheLimitAreGiven() {
        let slots = StreamSlots(limit: 2)
        let first = slots.tryTake()
        let second = slots.tryTake()
        #expect(first != nil && second != nil)
        #expect(slots.tryTake() == nil)
        #expect(slots.inUse == 2)
        first?.release()
        first?.release()
        #expect(slots.inUse == 1)
        #expect(slots.tryTake() != nil)
        second?.release()
    }

    @Test func aSlotThatIsForgottenIsGivenBack() {
        let slots = StreamSlots(limit: 1)
        do { _ = slots.tryTake() }
        #expect(slots.inUse == 0)
    }

    @Test func aRequestTakesOneSlotHoweverOftenItAsks() {
        let slots = StreamSlots(limit: 1)
        let claim = StreamClaim(on: slots)
        #expect(claim.take() && claim.take())
        #expect(slots.inUse == 1)
        #expect(!StreamClaim(on: slots).take())
        claim.release()
        #expect(slots.inUse == 0)
    }

    @Test func takingAndReleasingFromManyTasksNeverPassesTheLimit() async {
        let slots = StreamSlots(limit: 3)
        let held = Held()
        let most = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    var most = 0
                    for _ in 0..<200 {
                        guard let slot = slots.tryTake() else { continue }
                        most = max(most, held.count.add(1, ordering: .sequentiallyConsistent).newValue)
                        held.count.subtract(1, ordering: .sequentiallyConsistent)
                        slot.release()
                    }
                    return most
                }
            }
            return await group.reduce(0, max)
        }
        #expect((1...3).contains(most))
        #expect(slots.inUse == 0)
    }

    @Test func streamsFitTheOpenFiles() {
        #expect(OpenFileLimit.streams(within: 20_000, pageReserve: 256) == 9_680)
        #expect(OpenFileLimit.streams(within: 256, pageReserve: 256) == 1)
    }
}

@Suite("Restarts of a worker")
struct RestartsTests {
    @Test func aWorkerThatKeepsDyingAtOnceIsRestartedWithGrowingPauses() {
        var restarts = Restarts()
        let delays = (0..<9).map { _ in restarts.delay(afterLifetime: .milliseconds(5)) }
        #expect(delays == [0, 1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
        for _ in 0..<100 { #expect(restarts.delay(afterLifetime: .zero) == .seconds(30)) }
    }

    @Test func aHealthyLifeForgetsThePast() {
        var restarts = Restarts()
        for _ in 0..<5 { _ = restarts.delay(afterLifetime: .zero) }
        #expect(restarts.delay(afterLifetime: .seconds(11)) == .zero)
        #expect(restarts.delay(afterLifetime: .zero) == .zero)
        #expect(restarts.delay(afterLifetime: .zero) == .seconds(1))
    }
}

private final class Held: Sendable {
    let count = Atomic<Int>(0)
}
