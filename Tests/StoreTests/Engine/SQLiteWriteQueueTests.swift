import Core
import Dispatch
import Synchronization
import Testing

@testable import Store

/// What writes that share a transaction owe each other.
@Suite(.timeLimit(.minutes(10)))
struct SQLiteWriteQueueTests {
    let file: TemporaryDatabase
    let database: SQLiteDatabase

    private struct Regret: Error {}

    init() async throws {
        file = try TemporaryDatabase()
        database = try file.open(turn: SQLiteTurn(maxDuration: .seconds(60)))
        try await database.write { session in
            try session.run(
                script: """
                    CREATE TABLE jar (number INTEGER PRIMARY KEY, label TEXT NOT NULL DEFAULT '') STRICT;
                    CREATE TABLE lid (number INTEGER PRIMARY KEY, jar INTEGER NOT NULL
                        REFERENCES jar (number) DEFERRABLE INITIALLY DEFERRED) STRICT;
                    """)
        }
    }

    @Test func whatWaitsIsCommittedInTheOrderInWhichItCame() async throws {
        let order = Mutex<[Int]>([])
        let errors = await together(200) { number, session in
            order.withLock { $0.append(number) }
            try session.execute("INSERT INTO jar (number) VALUES ($1)", number)
        }
        #expect(errors.allSatisfy { $0 == nil })
        #expect(order.withLock { $0 } == Array(0..<200))
        #expect(try await jars() == Array(0..<200))
    }

    @Test func whoeverThrowsUndoesItsOwnChangesAndNoOthers() async throws {
        let errors = await together(20) { number, session in
            try session.execute("INSERT INTO jar (number) VALUES ($1)", number)
            if number % 3 == 0 { throw Regret() }
        }
        #expect(errors.indices.filter { errors[$0] is Regret } == [0, 3, 6, 9, 12, 15, 18])
        #expect(try await jars() == (0..<20).filter { $0 % 3 != 0 })
    }

    @Test func whoeverBreaksARuleUndoesItsOwnChangesAndNoOthers() async throws {
        let errors = await together(4) { number, session in
            try session.execute("INSERT INTO jar (number) VALUES ($1)", number)
            if number == 2 { try session.execute("INSERT INTO jar (number) VALUES (0)") }
        }
        #expect(errors.indices.filter { errors[$0] != nil } == [2])
        #expect(errors[2] as? StoreFailure == .constraint(.unique, detail: "jar.number"))
        #expect(try await jars() == [0, 1, 3])
    }

    /// A lid without a jar is found at COMMIT. What is one transaction fails together, also what had thrown in it: 64 with
    /// the write that the others came after.
    @Test func whenTheCommitFailsTheWholeGroupLearnsItAndTheNextOneIsNotConcerned() async throws {
        let errors = await together(100) { number, session in
            try session.execute("INSERT INTO jar (number) VALUES ($1)", number)
            if number == 5 { try session.execute("INSERT INTO lid (jar) VALUES (1000)") }
            if number == 6 { throw Regret() }
        }
        let failure = StoreFailure.constraint(.foreignKey, detail: "FOREIGN KEY constraint failed")
        #expect(errors.prefix(63).allSatisfy { $0 as? StoreFailure == failure })
        #expect(errors.dropFirst(63).allSatisfy { $0 == nil })
        #expect(try await jars() == Array(63..<100))
    }

    /// SQLite itself undoes the whole transaction there, not only the write that needed the room. Whether that write lets
    /// the error out or keeps it to itself: nobody is told that a transaction which is gone was committed.
    @Test(arguments: [false, true])
    func whenTheDiskIsFullTheWholeGroupLearnsIt(isErrorKept: Bool) async throws {
        try await database.write { session in _ = try session.rows("PRAGMA max_page_count = 1") }
        let errors = await together(10) { number, session in
            try session.execute("INSERT INTO jar (number) VALUES ($1)", number)
            guard number == 5 else { return }
            do {
                try session.execute("INSERT INTO jar VALUES (1000, $1)", String(repeating: "x", count: 1_000_000))
            } catch {
                if !isErrorKept { throw error }
            }
        }
        let failure = isErrorKept ? StoreFailure.other(detail: "Transaction was aborted") : .full
        #expect(errors.prefix(6).allSatisfy { $0 as? StoreFailure == failure })
        #expect(errors.dropFirst(6).allSatisfy { $0 == nil })
        #expect(try await jars() == [6, 7, 8, 9])
    }

    @Test func whoeverThrowsSomethingElseOverAFullDiskDoesNotThrowItForOthers() async throws {
        try await database.write { session in _ = try session.rows("PRAGMA max_page_count = 1") }
        let errors = await together(3) { number, session in
            try session.execute("INSERT INTO jar (number) VALUES ($1)", number)
            guard number == 2 else { return }
            try? session.execute("INSERT INTO jar VALUES (1000, $1)", String(repeating: "x", count: 1_000_000))
            throw Regret()
        }
        #expect(errors.allSatisfy { $0 is StoreFailure })
        #expect(try await jars() == [])
    }

    /// One after the other they would have waited for fifty timeouts.
    @Test func allWhoWaitForALockThatIsNotGivenHearBusyTogether() async throws {
        let hasty = try file.open(busyTimeoutSeconds: 0.5)
        let gate = Gate()
        async let slow: Void = database.write { _ in gate.pass() }
        await gate.isReached()
        let begin = ContinuousClock.now
        let errors = await together(50, on: hasty, behindAnother: false) { _, _ in }
        #expect(errors.allSatisfy { $0 as? StoreFailure == .busy })
        #expect(begin.duration(to: .now) < .seconds(12))
        gate.open()
        try await slow
    }

    /// A process that is stopped for long goes on with what it took for the time.
    @Test func whatWaitedForTooLongIsNotDoneAnyMore() async throws {
        let hurried = try file.open(turn: SQLiteTurn(maxDuration: .seconds(60), longestWait: .zero))
        let errors = await together(3, on: hurried, behindAnother: false) { number, session in
            try session.execute("INSERT INTO jar (number) VALUES ($1)", number)
        }
        #expect(errors.allSatisfy { $0 as? StoreFailure == .busy })
        #expect(try await jars() == [])
    }

    @Test func transactionEndsWhenItsTimeIsUp() async throws {
        let strict = try file.open(turn: SQLiteTurn(maxDuration: .zero))
        let errors = await together(10, on: strict) { number, session in
            try session.execute("INSERT INTO jar (number) VALUES ($1)", number)
            if number == 5 { try session.execute("INSERT INTO lid (jar) VALUES (1000)") }
        }
        #expect(errors.indices.filter { errors[$0] != nil } == [5])
    }

    /// A pause lasts here until the other process has written.
    @Test func processThatIsNeverDoneLetsAnotherHaveItsTurn() async throws {
        let (pauses, pausing) = AsyncStream.makeStream(of: Void.self)
        let hasWritten = DispatchSemaphore(value: 0)
        let isOver = Atomic(false)
        let sincePause = Atomic(0)
        var turn = SQLiteTurn(maxDuration: .milliseconds(5))
        turn.pause = { _ in
            guard !isOver.load(ordering: .relaxed) else { return }
            sincePause.store(0, ordering: .relaxed)
            pausing.yield()
            hasWritten.wait()
        }
        let greedy = try file.open(turn: turn)
        @Sendable func writeAgain() {
            greedy.startWrite {
                _ = try $0.rows(
                    "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 20000) SELECT MAX(x) FROM c")
            } answer: { _ in
                if sincePause.add(1, ordering: .relaxed).newValue > 1000 { pausing.finish() }
                if !isOver.load(ordering: .relaxed) { writeAgain() }
            }
        }
        defer {
            isOver.store(true, ordering: .relaxed)
            hasWritten.signal()
        }
        for _ in 0..<100 { writeAgain() }
        let hasty = try file.open(busyTimeoutSeconds: 60)
        var number = 0
        for await _ in pauses.prefix(20) {
            try await hasty.write { [number] session in
                try session.execute("INSERT INTO jar (number) VALUES ($1)", number)
            }
            hasWritten.signal()
            number += 1
        }
        #expect(try await jars() == Array(0..<20))
    }

    /// Runs `count` writes that have come while another one was under way.
    ///
    /// - Returns: what each of them threw.
    private func together(
        _ count: Int, on another: SQLiteDatabase? = nil, behindAnother: Bool = true,
        _ body: @escaping @Sendable (Int, any SQLSession) throws -> Void
    ) async -> [(any Error)?] {
        let database = another ?? database
        let gate = Gate()
        if behindAnother {
            database.startWrite({ _ in gate.pass() }, answer: { _ in })
            await gate.isReached()
        }
        let (answers, answer) = AsyncStream.makeStream(of: (Int, Result<Void, any Error>).self)
        for number in 0..<count {
            database.startWrite({ try body(number, $0) }, answer: { answer.yield((number, $0)) })
        }
        gate.open()
        var errors: [(any Error)?] = Array(repeating: nil, count: count)
        for await case (let number, .failure(let error)) in answers.prefix(count) { errors[number] = error }
        return errors
    }

    private func jars() async throws -> [Int] {
        try await database.read { session in
            try session.rows("SELECT number FROM jar ORDER BY number").map { try $0["number"] }
        }
    }
}

/// Keeps a write inside its transaction until everything is ready.
private struct Gate {
    private let reached: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    private let isOpen = DispatchSemaphore(value: 0)

    init() {
        (reached, arrival) = AsyncStream.makeStream()
    }

    func pass() {
        arrival.finish()
        isOpen.wait()
    }

    func isReached() async {
        for await _ in reached {}
    }

    func open() { isOpen.signal() }
}
