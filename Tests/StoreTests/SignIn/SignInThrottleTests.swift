import Core
import Testing

@testable import Store

struct SignInThrottleTests {
    let temporary: TemporaryStore
    var throttle: any SignInThrottle { temporary.store.signInThrottle }

    init() async throws {
        temporary = try await TemporaryStore()
    }

    @Test func waitIsKeptForEveryWorker() async throws {
        for _ in 1...5 { #expect(try await throttle.attempt(from: "a", on: "x") == nil) }
        let other = try await SQLStore.open(path: temporary.file.path, time: temporary.clock)
        let until = try #require(try await other.signInThrottle.attempt(from: "b", on: "x"))
        #expect(until == Timestamp.start.advanced(bySeconds: 1))
        #expect(try await throttle.attempt(from: "a", on: "y") == nil)
    }

    @Test func whoIsTurnedAwayIsNotCounted() async throws {
        for _ in 1...5 { _ = try await throttle.attempt(from: "a", on: "x") }
        for _ in 1...9 { _ = try await throttle.attempt(from: "a", on: "x") }
        temporary.clock.advance(seconds: 1)
        #expect(try await throttle.attempt(from: "a", on: "x") == nil)
        #expect(try await throttle.attempt(from: "a", on: "x") == Timestamp.start.advanced(bySeconds: 3))
    }

    @Test func guessesAtManyAccountsAreSlowedDownByTheirAddress() async throws {
        for account in 1...20 { #expect(try await throttle.attempt(from: "a", on: "\(account)") == nil) }
        #expect(try await throttle.attempt(from: "a", on: "fresh") != nil)
        #expect(try await throttle.attempt(from: "b", on: "fresh") == nil)
    }

    @Test func parallelGuessesDoNotSlipThrough() async throws {
        let throttle = throttle
        let passed = try await withThrowingTaskGroup { group in
            for _ in 1...40 { group.addTask { try await throttle.attempt(from: "a", on: "x") == nil } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 5)
    }

    @Test func successFreesTheAccountAndForgivesTheAddressOneTry() async throws {
        for _ in 1...4 { _ = try await throttle.attempt(from: "a", on: "x") }
        try await throttle.succeeded(from: "a", on: "x")
        for _ in 1...5 { #expect(try await throttle.attempt(from: "b", on: "x") == nil) }
        for number in 1...17 { #expect(try await throttle.attempt(from: "a", on: "\(number)") == nil) }
        #expect(try await throttle.attempt(from: "a", on: "y") != nil)
    }

    @Test func quietDayIsForgotten() async throws {
        for _ in 1...5 { _ = try await throttle.attempt(from: "a", on: "x") }
        temporary.clock.advance(seconds: BackOff.memorySeconds + 1)
        for _ in 1...5 { #expect(try await throttle.attempt(from: "a", on: "x") == nil) }
        temporary.clock.advance(seconds: BackOff.memorySeconds + 1)
        try await throttle.cleanUp()
        let left: Int = try await temporary.store.database.read { session in
            try session.onlyRow("SELECT COUNT(*) AS rest FROM sign_in_failure")["rest"]
        }
        #expect(left == 0)
    }

    @Test func clockThatStepsBackLocksNobodyOut() async throws {
        for _ in 1...5 { _ = try await throttle.attempt(from: "a", on: "x") }
        temporary.clock.advance(seconds: -3600)
        #expect(try await throttle.attempt(from: "a", on: "x") == nil)
    }
}
