import Core
import Foundation
import Testing

@testable import Store

/// A file that is taken away from under a running program.
struct SQLiteFileTests {
    let file: TemporaryDatabase
    let database: SQLiteDatabase
    var elsewhere: String { file.folder + "/elsewhere" }

    init() async throws {
        file = try TemporaryDatabase()
        database = try file.open()
        try await database.write { session in
            try session.run(script: "CREATE TABLE jar (label TEXT NOT NULL) STRICT; INSERT INTO jar VALUES ('honey')")
        }
    }

    @Test func nothingIsWrittenIntoAFileThatIsGone() async throws {
        try FileManager.default.removeItem(atPath: file.path)
        await #expect(throws: StoreFailure.unavailable(detail: "\(file.path): No such file or directory")) {
            try await fill()
        }
    }

    @Test func nothingIsWrittenBesideAFileThatWasPutInItsPlace() async throws {
        try FileManager.default.moveItem(atPath: file.path, toPath: elsewhere)
        try FileManager.default.copyItem(atPath: elsewhere, toPath: file.path)
        await #expect(throws: StoreFailure.unavailable(detail: "\(file.path): another file was put in its place")) {
            try await fill()
        }
    }

    @Test func itGoesOnWhenTheFileIsBack() async throws {
        try FileManager.default.moveItem(atPath: file.path, toPath: elsewhere)
        await #expect(throws: StoreFailure.self) { try await fill() }
        try FileManager.default.moveItem(atPath: elsewhere, toPath: file.path)
        try await fill()
        #expect(try await jars() == 2)
    }

    @Test func aWorkerMakesNoNewFileInPlaceOfTheLostOne() throws {
        let other = try TemporaryDatabase()
        #expect(throws: StoreFailure.unavailable(detail: "\(other.path): No such file or directory")) {
            try SQLiteDatabase(path: other.path, settings: .init(createsFile: false))
        }
        #expect(!FileManager.default.fileExists(atPath: other.path))
    }

    private func fill() async throws {
        try await database.write { session in try session.execute("INSERT INTO jar VALUES ('jam')") }
    }

    private func jars() async throws -> Int {
        try await database.read { session in try session.onlyRow("SELECT COUNT(*) AS jars FROM jar")["jars"] }
    }
}
