import Glibc

/// Typed pointers into a mapped table. Not `Sendable`: a workspace has its own and keeps the table alive.
///
/// Lookups take ids and bytes that come from the table or from UTF-8 text; nothing is checked here, because the table
/// was checked as a whole when it was opened.
struct TableView {
    let shortTokens: UnsafePointer<UInt64>
    let shortMask: Int
    let shortShift: UInt64
    let mediumTokens: UnsafePointer<UInt64>
    let mediumMask: Int
    let mediumShift: UInt64
    let longTokens: UnsafePointer<UInt32>
    let longTokenOffsets: UnsafePointer<UInt32>
    let longTokenBytes: UnsafePointer<UInt8>
    let longMask: Int
    let longShift: UInt64
    let merges: UnsafePointer<UInt64>
    let mergeFilter: UnsafePointer<UInt64>
    let mergeMask: Int
    let mergeShift: UInt64
    let bytePairs: UnsafePointer<UInt32>
    let threeByteScalars: UnsafePointer<UInt32>
    let byteIDs: UnsafePointer<UInt32>
    let tokenLengths: UnsafePointer<UInt8>
    let straddledPairs: UnsafePointer<UInt64>
    let straddlers: UnsafePointer<UInt64>
    let classBlockNumbers: UnsafePointer<UInt8>
    let classBlocks: UnsafePointer<UInt8>

    init(_ table: EncodingTable) {
        let sections = SectionReader(bytes: table.file.bytes)
        shortTokens = sections.start(.shortTokens)
        (shortMask, shortShift) = sections.hashing(.shortTokens)
        mediumTokens = sections.start(.mediumTokens)
        (mediumMask, mediumShift) = sections.hashing(.mediumTokens, wordsPerSlot: 2)
        longTokens = sections.start(.longTokens)
        longTokenOffsets = sections.start(.longTokenOffsets)
        longTokenBytes = sections.start(.longTokenBytes)
        (longMask, longShift) = sections.hashing(.longTokens)
        merges = sections.start(.merges)
        mergeFilter = sections.start(.mergeFilter)
        (mergeMask, mergeShift) = sections.hashing(.merges)
        bytePairs = sections.start(.bytePairs)
        threeByteScalars = sections.start(.threeByteScalars)
        byteIDs = sections.start(.byteIDs)
        tokenLengths = sections.start(.tokenLengths)
        straddledPairs = sections.start(.straddledPairs)
        straddlers = sections.start(.straddlers)
        classBlockNumbers = sections.start(.classBlockNumbers)
        classBlocks = sections.start(.classBlocks)
    }

    @inline(__always) func characterClass(of scalar: UInt32) -> CharacterClass {
        let block = Int(classBlockNumbers[Int(scalar &>> 7)])
        return CharacterClass(rawValue: classBlocks[block &<< 7 &+ Int(scalar & 127)])
    }

    /// Is there a token of 2 to 7 bytes with this key?
    @inline(__always) func hasShortToken(_ key: UInt64) -> Bool {
        var slot = TableHash.short(key, shortShift)
        while true {
            let found = shortTokens[slot]
            if found == key { return true }
            if found == 0 { return false }
            slot = (slot &+ 1) & shortMask
        }
    }

    /// Is there a token of 8 to 15 bytes with this key?
    @inline(__always) func hasMediumToken(_ low: UInt64, _ high: UInt64) -> Bool {
        var slot = TableHash.medium(low, high, mediumShift)
        while true {
            let foundHigh = mediumTokens[slot &* 2 &+ 1]
            if foundHigh == high && mediumTokens[slot &* 2] == low { return true }
            if foundHigh == 0 { return false }
            slot = (slot &+ 1) & mediumMask
        }
    }

    /// Is there a token of these 16 to 128 bytes?
    func hasLongToken(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var slot = TableHash.long(bytes, count, longShift)
        while longTokens[slot] != 0 {
            let number = Int(longTokens[slot] &- 1)
            let start = Int(longTokenOffsets[number])
            if Int(longTokenOffsets[number &+ 1]) &- start == count, memcmp(longTokenBytes + start, bytes, count) == 0 {
                return true
            }
            slot = (slot &+ 1) & longMask
        }
        return false
    }

    /// The id of the token that these two neighbours merge into, or `noToken`. Its value is also the merge's rank.
    @inline(__always) func merge(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let pair = UInt64(left) &<< 18 | UInt64(right)
        let hash = TableHash.merge(pair)
        let bit = hash &>> (mergeShift &- 3)
        guard mergeFilter[Int(truncatingIfNeeded: bit &>> 6)] &>> (bit & 63) & 1 != 0 else { return noToken }
        var slot = Int(truncatingIfNeeded: hash &>> mergeShift)
        while true {
            let found = merges[slot]
            if found &>> 18 == pair { return UInt32(truncatingIfNeeded: found) & 0x3_FFFF }
            if found == .max { return noToken }
            slot = (slot &+ 1) & mergeMask
        }
    }

    /// The lowest id of a token that reaches across these two bytes of neighbouring scalars without being made of whole
    /// scalars, or `noToken`.
    @inline(__always) func straddler(_ left: UInt8, _ right: UInt8) -> UInt32 {
        let pair = Int(left) &<< 8 | Int(right)
        guard straddledPairs[pair &>> 6] &>> UInt64(truncatingIfNeeded: pair & 63) & 1 != 0 else { return noToken }
        var slot = TableHash.straddler(pair)
        while straddlers[slot] &>> 32 != UInt64(truncatingIfNeeded: pair &+ 1) {
            slot = (slot &+ 1) & (TableLayout.straddlerSlots &- 1)
        }
        return UInt32(truncatingIfNeeded: straddlers[slot])
    }
}

/// Finds sections by the directory in the header.
private struct SectionReader {
    let bytes: UnsafeRawBufferPointer

    func start<Element>(_ section: TableLayout.Section) -> UnsafePointer<Element> {
        (bytes.baseAddress! + entry(section, 0)).assumingMemoryBound(to: Element.self)
    }

    func hashing(_ section: TableLayout.Section, wordsPerSlot: Int = 1) -> (mask: Int, shift: UInt64) {
        let slots = entry(section, 1) / wordsPerSlot
        return (slots - 1, TableHash.shift(slots: slots))
    }

    private func entry(_ section: TableLayout.Section, _ index: Int) -> Int {
        let word = TableLayout.Word.directory.rawValue + section.rawValue * 2 + index
        return Int(bytes.load(fromByteOffset: word * 8, as: UInt64.self))
    }
}
