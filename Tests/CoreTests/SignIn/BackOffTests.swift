import Core
import Testing

struct BackOffTests {
    @Test func waitDoublesUpToABound() {
        #expect((4...12).map(BackOff.account.waitSeconds) == [0, 1, 2, 4, 8, 16, 32, 60, 60])
        #expect(BackOff.account.waitSeconds(after: .max) == 60)
        #expect(BackOff.address.waitSeconds(after: 19) == 0)
    }
}
