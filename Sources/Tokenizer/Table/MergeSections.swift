/// The merges of byte-pair encoding: for each token of two and more bytes the one pair of tokens it is merged from.
///
/// A token's bytes can be cut into two tokens in more than one way, but only one of the ways ever happens: inside a
/// stretch that no merge reaches out of, merging goes on as if the stretch stood alone, so two neighbours that make up
/// a token are always the two that the token's own encoding merges last. Storing only these halves the table.
struct MergeSections {
    private var merges: [UInt64]
    private let mergeShift: UInt64
    private var mergeFilter: [UInt64]
    private var bytePairs = [UInt32](repeating: noToken, count: 65_536)
    private var threeByteScalars = [UInt32](repeating: noToken, count: 65_536)

    /// - Throws: `VocabularyError` for a token that is not the merge of two earlier ones.
    init(_ tokens: [[UInt8]]) throws(VocabularyError) {
        merges = Array(repeating: .max, count: hashSlots(for: tokens.count, fullPercent: 80))
        mergeShift = TableHash.shift(slots: merges.count)
        mergeFilter = Array(repeating: 0, count: merges.count / 8)
        var byteIDs = [UInt32](repeating: noToken, count: 256)
        for (id, token) in tokens.enumerated() where token.count == 1 { byteIDs[Int(token[0])] = UInt32(id) }
        for (id, token) in tokens.enumerated() where token.count > 1 {
            let halves = lastTwo(token.map { byteIDs[Int($0)] })
            guard halves.count == 2, halves.allSatisfy({ $0 < UInt32(id) }) else {
                throw VocabularyError(reason: "token \(id) is not the merge of two earlier tokens")
            }
            add(halves[0], halves[1], id: UInt32(id))
            index(token, id: UInt32(id))
        }
    }

    /// Merges the lowest rank first, as the encoding does, with the merges known so far, until two parts are left or
    /// nothing merges.
    private func lastTwo(_ bytes: [UInt32]) -> [UInt32] {
        var parts = bytes
        while parts.count > 2 {
            let ranks = zip(parts, parts.dropFirst()).map { merged($0, $1) }
            guard let lowest = ranks.indices.min(by: { ranks[$0] < ranks[$1] }), ranks[lowest] != noToken else { break }
            parts[lowest] = ranks[lowest]
            parts.remove(at: lowest + 1)
        }
        return parts
    }

    private func merged(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let pair = UInt64(left) << 18 | UInt64(right)
        var slot = Int(TableHash.merge(pair) >> mergeShift)
        while merges[slot] != .max {
            if merges[slot] >> 18 == pair { return UInt32(merges[slot] & 0x3_FFFF) }
            slot = (slot + 1) & (merges.count - 1)
        }
        return noToken
    }

    private mutating func add(_ left: UInt32, _ right: UInt32, id: UInt32) {
        let pair = UInt64(left) << 18 | UInt64(right)
        let bit = TableHash.merge(pair) >> (mergeShift - 3)
        mergeFilter[Int(bit >> 6)] |= 1 << (bit & 63)
        var slot = Int(TableHash.merge(pair) >> mergeShift)
        while merges[slot] != .max { slot = (slot + 1) & (merges.count - 1) }
        merges[slot] = pair << 18 | UInt64(id)
    }

    private mutating func index(_ token: [UInt8], id: UInt32) {
        if token.count == 2 { bytePairs[Int(token[0]) << 8 | Int(token[1])] = id }
        if token.count == 3, let scalar = wholeScalars(token)?.unicodeScalars.first, scalar.value >= 0x800 {
            threeByteScalars[Int(scalar.value)] = id
        }
    }

    func write(to file: inout TableFile) {
        file.append(merges, as: .merges)
        file.append(mergeFilter, as: .mergeFilter)
        file.append(bytePairs, as: .bytePairs)
        file.append(threeByteScalars, as: .threeByteScalars)
    }
}

/// The token as text if it is made of whole scalars, else nil.
func wholeScalars(_ token: [UInt8]) -> String? { String(validating: token, as: UTF8.self) }
