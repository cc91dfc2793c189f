/// Reads and writes the header of a table, and refuses a file that is not exactly what the builder wrote.
enum TableHeader {
    /// - Throws: `TableError.damaged` or `TableError.foreign`.
    static func check(_ bytes: UnsafeRawBufferPointer, of encoding: Encoding, path: String) throws(TableError) {
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
        guard value(.unused, in: bytes) == 0, value(.checksum, in: bytes) == checksum(of: bytes) else {
            throw .damaged(path: path, reason: "its checksum is wrong")
        }
    }

    /// Over the directory and all sections, seeded with the words that say what the file is.
    static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt64 {
        let identity = value(.encoding, in: bytes) << 32 ^ value(.version, in: bytes)
        return TableChecksum.of(
            UnsafeRawBufferPointer(rebasing: bytes[(TableLayout.Word.directory.rawValue * 8)...]), seed: identity)
    }

    static func value(_ word: TableLayout.Word, in bytes: UnsafeRawBufferPointer) -> UInt64 {
        bytes.load(fromByteOffset: word.rawValue * 8, as: UInt64.self)
    }
}
