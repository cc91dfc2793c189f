/// The hash tables of whole tokens by length, as `TableView` looks them up.
struct WholeTokenSections {
    private var shortTokens: [UInt64]
    private var mediumTokens: [UInt64]
    private var longTokens: [UInt32]
    private var longTokenOffsets: [UInt32] = [0]
    private var longTokenBytes: [UInt8] = []
    private var byteIDs = [UInt32](repeating: noToken, count: 256)
    private let tokenLengths: [UInt8]

    init(_ tokens: [[UInt8]]) {
        shortTokens = Array(repeating: 0, count: hashSlots(for: tokens.count { (2...7).contains($0.count) }))
        mediumTokens = Array(repeating: 0, count: 2 * hashSlots(for: tokens.count { (8...15).contains($0.count) }))
        longTokens = Array(repeating: 0, count: hashSlots(for: tokens.count { $0.count >= 16 }))
        tokenLengths = tokens.map { UInt8($0.count) }
        for (id, token) in tokens.enumerated() { add(token, id: UInt32(id)) }
    }

    private mutating func add(_ token: [UInt8], id: UInt32) {
        let padded = token + [UInt8](repeating: 0, count: 16)
        padded.withUnsafeBufferPointer { buffer in
            let bytes = buffer.baseAddress!
            switch token.count {
            case 1: byteIDs[Int(token[0])] = id
            case 2...7: addShort(TokenKey.short(bytes, token.count))
            case 8...15: addMedium(word(bytes), TokenKey.mediumHigh(bytes, token.count))
            default: addLong(bytes, token)
            }
        }
    }

    private mutating func addShort(_ key: UInt64) {
        var slot = TableHash.short(key, TableHash.shift(slots: shortTokens.count))
        while shortTokens[slot] != 0 { slot = (slot + 1) % shortTokens.count }
        shortTokens[slot] = key
    }

    private mutating func addMedium(_ low: UInt64, _ high: UInt64) {
        let slots = mediumTokens.count / 2
        var slot = TableHash.medium(low, high, TableHash.shift(slots: slots))
        while mediumTokens[slot * 2 + 1] != 0 { slot = (slot + 1) % slots }
        mediumTokens[slot * 2] = low
        mediumTokens[slot * 2 + 1] = high
    }

    private mutating func addLong(_ bytes: UnsafePointer<UInt8>, _ token: [UInt8]) {
        var slot = TableHash.long(bytes, token.count, TableHash.shift(slots: longTokens.count))
        while longTokens[slot] != 0 { slot = (slot + 1) % longTokens.count }
        longTokens[slot] = UInt32(longTokenOffsets.count)
        longTokenBytes += token
        longTokenOffsets.append(UInt32(longTokenBytes.count))
    }

    func write(to file: inout TableFile) {
        file.append(shortTokens, as: .shortTokens)
        file.append(mediumTokens, as: .mediumTokens)
        file.append(longTokens, as: .longTokens)
        file.append(longTokenOffsets, as: .longTokenOffsets)
        file.append(longTokenBytes, as: .longTokenBytes)
        file.append(byteIDs, as: .byteIDs)
        file.append(tokenLengths, as: .tokenLengths)
    }
}
