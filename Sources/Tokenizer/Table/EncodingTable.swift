/// The table of one encoding, mapped from its file and found undamaged.
///
/// Opening reads the whole file once to check it: about a tenth of a millisecond for each megabyte that the page cache
/// holds.
public final class EncodingTable: Sendable {
    public let encoding: Encoding
    let file: MappedFile

    /// - Throws: `TableError`, which names the file and what is wrong with it.
    public init(path: String, encoding: Encoding) throws(TableError) {
        var checksum = TableChecksum()
        var skipped = TableLayout.firstLineBytes
        file = try MappedFile(path: path) { block in
            checksum.add(UnsafeRawBufferPointer(rebasing: block.dropFirst(skipped)))
            skipped = 0
        }
        self.encoding = encoding
        try TableHeader.check(file.bytes, checksum: checksum.value, of: encoding, path: path)
    }

    /// The name of an encoding's table in the directory of tables.
    public static func fileName(of encoding: Encoding) -> String { encoding.rawValue + ".table" }

    public convenience init(directory: String, encoding: Encoding) throws(TableError) {
        try self.init(path: directory + "/" + Self.fileName(of: encoding), encoding: encoding)
    }
}
