/// The binary table of one encoding: a header of 512 bytes, then sections on 64-byte boundaries, all little-endian.
///
/// The table holds what counting touches and nothing else, laid out so that a worker can map the file and start: three
/// hash tables of whole tokens by length, one of merges, and a few direct indexes. The tables of whole tokens hold no ids: a
/// count needs none, and merging finds them. Hash tables are open-addressed with
/// linear probing; their slot count is a power of two, and at least 20 % of the slots are empty.
enum TableLayout {
    /// "SLUICTOK", read as a little-endian word.
    static let magic: UInt64 = 0x4B4F_5443_4955_4C53
    /// Raised whenever the meaning of a byte of the file changes; a table of another version is refused.
    static let version: UInt64 = 1
    static let headerBytes = 512
    static let alignment = 64

    /// The words that say what the file is; the checksum is over all that follows them.
    static let firstLineBytes = 64

    /// Words of the header.
    enum Word: Int {
        case magic, version, encoding, unicodeVersion, tokenCount, fileBytes, checksum, unused
        /// Then, for each section, its offset in bytes and its count of elements.
        case directory = 8
    }

    enum Section: Int, CaseIterable {
        /// UInt64 slots: a token of 2 to 7 bytes, its length in the top byte; 0 is empty.
        case shortTokens
        /// Pairs of UInt64 slots: a token of 8 to 15 bytes, its length in the top byte of the second word; 0 is empty.
        case mediumTokens
        /// UInt32 slots: number + 1 of a token of 16 and more bytes; 0 is empty.
        case longTokens
        /// UInt32 for each long token, and one more: where its bytes begin in `longTokenBytes`.
        case longTokenOffsets
        case longTokenBytes
        /// UInt64 slots: left id << 36 | right id << 18 | merged id; all ones is empty. Only the canonical pair of each
        /// token, the one that byte-pair encoding of the token itself merges last.
        case merges
        /// A bit for each eighth of a slot of `merges`: does any pair hash there? Most pairs of neighbours merge into
        /// nothing, and this small section says so without a look into the large one.
        case mergeFilter
        /// UInt32 for each pair of bytes: id of the token of just these two, or `noToken`.
        case bytePairs
        /// UInt32 for each scalar of three UTF-8 bytes: id of its token, or `noToken`.
        case threeByteScalars
        /// UInt32 for each byte: id of its token.
        case byteIDs
        /// UInt8 for each token: its length in bytes.
        case tokenLengths
        /// A bit for each pair of bytes: does some token that is not made of whole scalars reach across them?
        case straddledPairs
        /// 1,024 UInt64 slots: (pair of bytes + 1) << 32 | lowest id of such a token; 0 is empty.
        case straddlers
        /// UInt8 for each 128 scalars, then UInt8 classes in blocks of 128 (`UnicodeClasses`).
        case classBlockNumbers, classBlocks
    }

    static let straddlerSlots = 1024
    /// Longest token in either encoding.
    static let longestToken = 128
}

/// "No such token" where an id stands. Higher than every id, so it also loses every comparison for the lowest rank.
let noToken = UInt32.max
