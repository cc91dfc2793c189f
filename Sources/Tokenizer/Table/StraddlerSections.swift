/// Which tokens can keep the bytes of a scalar from merging into that scalar's own token first.
///
/// Counting may begin with whole scalars instead of bytes wherever the scalar's token has a lower rank than every token
/// that reaches across one of its two borders without being made of whole scalars: such a token, and all that leads to
/// it across the border, comes too late to take a byte away. There are few: 250 in cl100k_base and 794 in o200k_base.
struct StraddlerSections {
    private var straddledPairs = [UInt64](repeating: 0, count: 1024)
    private var straddlers = [UInt64](repeating: 0, count: TableLayout.straddlerSlots)

    init(_ tokens: [[UInt8]]) {
        for (id, token) in tokens.enumerated() where token.count > 1 && wholeScalars(token) == nil {
            for (left, right) in zip(token, token.dropFirst()) where right & 0xC0 != 0x80 {
                add(Int(left) << 8 | Int(right), id: UInt64(id))
            }
        }
    }

    /// Tokens come in the order of their ranks: the first at a pair is the lowest.
    private mutating func add(_ pair: Int, id: UInt64) {
        guard straddledPairs[pair >> 6] >> UInt64(pair & 63) & 1 == 0 else { return }
        straddledPairs[pair >> 6] |= 1 << UInt64(pair & 63)
        var slot = TableHash.straddler(pair)
        while straddlers[slot] != 0 { slot = (slot + 1) % straddlers.count }
        straddlers[slot] = UInt64(pair + 1) << 32 | id
    }

    func write(to file: inout TableFile) {
        file.append(straddledPairs, as: .straddledPairs)
        file.append(straddlers, as: .straddlers)
    }
}
