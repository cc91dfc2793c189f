import Foundation
import SeededRandom
import Testing
import Tokenizer

@Suite struct TableTests {
    /// A copy of a good table in a directory of its own, to be spoilt.
    private final class SpoiltTable {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString).table")
            .path
        var bytes: Data

        init(_ encoding: Tokenizer.Encoding = .cl100kBase) throws {
            let good = TestTables.directory + "/" + EncodingTable.fileName(of: encoding)
            bytes = try Data(contentsOf: URL(fileURLWithPath: good))
        }

        func open(as encoding: Tokenizer.Encoding = .cl100kBase) throws -> EncodingTable {
            try bytes.write(to: URL(fileURLWithPath: path))
            return try EncodingTable(path: path, encoding: encoding)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private func expectRefusal(of table: SpoiltTable, as encoding: Tokenizer.Encoding = .cl100kBase) {
        let refusal = #expect(throws: TableError.self) { try table.open(as: encoding) }
        #expect(refusal?.description.contains(table.path) == true, "the message names the file")
    }

    @Test func anUnspoiltCopyOpens() throws {
        #expect(try SpoiltTable().open().encoding == .cl100kBase)
    }

    @Test func oneChangedBitAnywhereIsRefused() throws {
        let table = try SpoiltTable()
        let good = table.bytes
        var generator = SeededGenerator(seed: 7)
        let everywhere = (0..<60).map { _ in Int.random(in: 0..<good.count, using: &generator) }
        for position in everywhere + [0, 8, 16, 48, 56, 64, 511, 512, good.count - 1] {
            table.bytes = good
            table.bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            expectRefusal(of: table)
        }
    }

    @Test(arguments: [0, 1, 7, 63, 64, 511, 512, 4096, 1_000_000])
    func aTableCutShortIsRefused(bytes: Int) throws {
        let table = try SpoiltTable()
        table.bytes = table.bytes.prefix(bytes)
        expectRefusal(of: table)
    }

    @Test(arguments: [1, 63, 64, 4096])
    func aTableWithoutItsEndIsRefused(bytes: Int) throws {
        let table = try SpoiltTable()
        table.bytes = table.bytes.dropLast(bytes)
        expectRefusal(of: table)
    }

    @Test func aTableWithSomethingBehindItIsRefused() throws {
        let table = try SpoiltTable()
        table.bytes.append(Data(repeating: 0, count: 64))
        expectRefusal(of: table)
    }

    @Test func theTableOfAnotherEncodingIsRefused() throws {
        expectRefusal(of: try SpoiltTable(.o200kBase), as: .cl100kBase)
        expectRefusal(of: try SpoiltTable(.cl100kBase), as: .o200kBase)
    }

    @Test func aMissingTableIsNamed() {
        let path = "/nowhere/o200k_base.table"
        #expect(throws: TableError.unreadable(path: path, reason: "No such file or directory")) {
            try EncodingTable(directory: "/nowhere", encoding: .o200kBase)
        }
    }

    @Test func aDirectoryIsNoTable() {
        #expect(throws: TableError.self) { try EncodingTable(path: "/", encoding: .o200kBase) }
    }
}
