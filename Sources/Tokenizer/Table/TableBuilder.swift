/// Turns a vocabulary into the binary table that workers map. Takes about a tenth of a second and is done once.
public enum TableBuilder {
    /// The whole file.
    ///
    /// - Throws: `VocabularyError` if some token is not the merge of two earlier ones, which holds for both of OpenAI's
    ///   vocabularies and is what counting relies on.
    public static func table(of vocabulary: Vocabulary) throws(VocabularyError) -> [UInt8] {
        var file = TableFile()
        WholeTokenSections(vocabulary.tokens).write(to: &file)
        try MergeSections(vocabulary.tokens).write(to: &file)
        StraddlerSections(vocabulary.tokens).write(to: &file)
        let (blockNumbers, blocks) = UnicodeClasses.twoStageTable()
        file.append(blockNumbers, as: .classBlockNumbers)
        file.append(blocks, as: .classBlocks)
        return file.finished(encoding: vocabulary.encoding)
    }
}

/// A table in the making: sections one after the other, and the directory of where they are.
struct TableFile {
    private var bytes = [UInt8](repeating: 0, count: TableLayout.headerBytes)
    private var header = [UInt64](repeating: 0, count: TableLayout.headerBytes / 8)

    mutating func append<Element: BitwiseCopyable>(_ elements: [Element], as section: TableLayout.Section) {
        let entry = TableLayout.Word.directory.rawValue + section.rawValue * 2
        header[entry] = UInt64(bytes.count)
        header[entry + 1] = UInt64(elements.count)
        elements.withUnsafeBytes { bytes.append(contentsOf: $0) }
        fill()
    }

    /// Sections end on a boundary, with at least 8 bytes behind them that may be read.
    private mutating func fill() {
        let end = (bytes.count + 8 + TableLayout.alignment - 1) / TableLayout.alignment * TableLayout.alignment
        bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
    }

    consuming func finished(encoding: Encoding) -> [UInt8] {
        set(.magic, TableLayout.magic)
        set(.version, TableLayout.version)
        set(.encoding, encoding.code)
        set(.unicodeVersion, UnicodeClasses.version)
        set(.tokenCount, UInt64(encoding.tokenCount))
        set(.fileBytes, UInt64(bytes.count))
        writeHeader()
        set(.checksum, checksum())
        writeHeader()
        return bytes
    }

    private func checksum() -> UInt64 {
        var checksum = TableChecksum()
        bytes.withUnsafeBytes {
            checksum.add(UnsafeRawBufferPointer(rebasing: $0.dropFirst(TableLayout.firstLineBytes)))
        }
        return checksum.value
    }

    private mutating func set(_ word: TableLayout.Word, _ value: UInt64) { header[word.rawValue] = value }

    private mutating func writeHeader() {
        header.withUnsafeBytes { words in bytes.replaceSubrange(0..<TableLayout.headerBytes, with: words) }
    }
}

/// Number of slots of a hash table: a power of two of which at most so many per cent get used.
func hashSlots(for count: Int, fullPercent: Int = 55) -> Int {
    var slots = 64
    while count * 100 > slots * fullPercent { slots *= 2 }
    return slots
}
