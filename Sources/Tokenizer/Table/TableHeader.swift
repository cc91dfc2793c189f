/// Reads the header of a table, and refuses a file that is not exactly what the builder wrote.
enum TableHeader {
    /// Every word of the first line is compared with what it must be; everything behind it is in the checksum.
    ///
    /// - Parameter checksum: of the bytes behind the first line.
    /// - Throws: `TableError.damaged` or `TableError.foreign`.
    static func check(
        _ bytes: UnsafeRawBufferPointer, checksum: UInt64, of encoding: Encoding, path: String
    ) throws(TableError) {
        guard bytes.count >= TableLayout.headerBytes, value(.magic, in: bytes) == TableLayout.magic else {
            throw .damaged(path: path, reason: "it does not begin as a table does")
        }
        guard value(.version, in: bytes) == TableLayout.version,
            value(.unicodeVersion, in: bytes) == UnicodeClasses.version
        else { throw .foreign(path: path, reason: "it was built by another version of Sluice") }
        guard value(.encoding, in: bytes) == encoding.code,
            value(.tokenCount, in: bytes) == UInt64(encoding.tokenCount)
        else { throw .foreign(path: path, reason: "it is not the table of \(encoding.rawValue)") }
        guard value(.fileBytes, in: bytes) == UInt64(bytes.count), bytes.count % TableLayout.alignment == 0 else {
            throw .damaged(path: path, reason: "it has \(bytes.count) of \(value(.fileBytes, in: bytes)) bytes")
        }
        guard value(.unused, in: bytes) == 0, value(.checksum, in: bytes) == checksum else {
            throw .damaged(path: path, reason: "its checksum is wrong")
        }
    }

    static func value(_ word: TableLayout.Word, in bytes: UnsafeRawBufferPointer) -> UInt64 {
        bytes.load(fromByteOffset: word.rawValue * 8, as: UInt64.self)
    }
}
