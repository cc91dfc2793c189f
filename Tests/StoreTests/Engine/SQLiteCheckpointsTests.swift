import Core
import Dispatch
import Foundation
import Testing

@testable import Store

@Suite(.timeLimit(.minutes(10)))
struct SQLiteCheckpointsTests {
    let file: TemporaryDatabase

    init() throws {
        file = try TemporaryDatabase()
    }

    /// Twenty megabytes pass through it.
    @Test func logDoesNotGrowWithWhatIsWritten() async throws {
        let database = try await opened(SQLiteCheckpoints.Limits(everyWrites: 10, maxPages: 500))
        for _ in 0..<500 {
            try await write(to: database)
            // A write is counted before the next one begins, and this one leaves nothing in the log.
            try await database.write { _ in }
            database.waitForMoves()
        }
        #expect(try bytes(".sqlite-wal") < 3_000_000)
    }

    @Test func whatIsWrittenReachesTheFileAlthoughNobodyWritesAnyMore() async throws {
        let database = try await opened(SQLiteCheckpoints.Limits(everyWrites: 100))
        let before = try bytes(".sqlite")
        for _ in 0..<100 { try await write(to: database) }
        while try bytes(".sqlite") < before + 90 * 40_000 {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Who reads for long keeps the log from beginning anew. That is no reason to stop those who write.
    @Test func whoeverReadsForLongKeepsNobodyFromWriting() async throws {
        let database = try await opened(SQLiteCheckpoints.Limits(everyWrites: 1, maxPages: 1))
        let hasty = try file.open(busyTimeoutSeconds: 20)
        let isRead = DispatchSemaphore(value: 0)
        let (isReading, reading) = AsyncStream.makeStream(of: Void.self)
        async let slow: Int = database.read { session in
            let count: Int = try session.onlyRow("SELECT COUNT(*) AS jars FROM jar")["jars"]
            reading.finish()
            isRead.wait()
            return count
        }
        defer { isRead.signal() }
        for await _ in isReading {}
        for _ in 0..<50 {
            try await write(to: database)
            try await write(to: hasty)
        }
        isRead.signal()
        #expect(try await slow == 0)
    }

    /// Eight megabytes are written meanwhile: nothing bounds the log as long as somebody reads.
    @Test func aLogThatGrewUnderALongReaderIsCutAfterwards() async throws {
        let limits = SQLiteCheckpoints.Limits(everyWrites: 10, maxPages: 100, bytesKept: 1_000_000)
        let database = try await opened(limits)
        let isRead = DispatchSemaphore(value: 0)
        let (isReading, reading) = AsyncStream.makeStream(of: Void.self)
        let reader = try file.open()
        async let slow: Int = reader.read { session in
            let count: Int = try session.onlyRow("SELECT COUNT(*) AS jars FROM jar")["jars"]
            reading.finish()
            isRead.wait()
            return count
        }
        for await _ in isReading {}
        for _ in 0..<200 { try await write(to: database) }
        #expect(try bytes(".sqlite-wal") > 8_000_000)
        isRead.signal()
        _ = try await slow
        while try bytes(".sqlite-wal") > limits.bytesKept {
            try Task.checkCancellation()
            try await write(to: database)
        }
    }

    private func opened(_ limits: SQLiteCheckpoints.Limits) async throws -> SQLiteDatabase {
        let database = try file.open(checkpoints: limits)
        try await database.write { session in
            try session.run(script: "CREATE TABLE jar (label TEXT NOT NULL) STRICT")
        }
        return database
    }

    /// Ten pages.
    private func write(to database: SQLiteDatabase) async throws {
        try await database.write { session in
            try session.execute("INSERT INTO jar (label) VALUES ($1)", String(repeating: "x", count: 40_000))
        }
    }

    private func bytes(_ ending: String) throws -> Int {
        let path = file.path.replacing(".sqlite", with: ending)
        return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}
