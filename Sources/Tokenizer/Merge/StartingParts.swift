/// What merging begins with: whole scalars where that is safe (`StraddlerSections`), else single bytes.
///
/// A part is an id, or a byte with the top bit set: pairs of plain bytes have an index of their own.
struct StartingParts {
    static let byteFlag: UInt32 = 0x8000_0000

    let table: TableView

    /// Writes the parts of `bytes[0..<count]`, which is whole scalars, and returns how many there are.
    @inline(__always)
    func write(_ bytes: UnsafePointer<UInt8>, _ count: Int, to parts: UnsafeMutablePointer<UInt32>) -> Int {
        var position = 0
        var written = 0
        var leftStraddler = noToken
        while position < count {
            let byte = bytes[position]
            if byte < 0x80 {
                parts[written] = Self.byteFlag | UInt32(byte)
                written &+= 1
                position &+= 1
                leftStraddler = straddler(behind: position, bytes, count)
                continue
            }
            let end = position &+ (byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4)
            let rightStraddler = straddler(behind: end, bytes, count)
            let token = wholeScalar(bytes + position, end &- position)
            if token < leftStraddler && token < rightStraddler {
                parts[written] = token
                written &+= 1
            } else {
                for index in position..<end {
                    parts[written] = Self.byteFlag | UInt32(bytes[index])
                    written &+= 1
                }
            }
            position = end
            leftStraddler = rightStraddler
        }
        return written
    }

    @inline(__always) private func straddler(behind border: Int, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32
    {
        guard border < count, bytes[border &- 1] | bytes[border] >= 0x80 else { return noToken }
        return table.straddler(bytes[border &- 1], bytes[border])
    }

    /// The id of the scalar's own token, or `noToken`.
    @inline(__always) private func wholeScalar(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> UInt32 {
        switch length {
        case 2:
            return table.bytePairs[Int(bytes[0]) &<< 8 | Int(bytes[1])]
        case 3:
            return table.threeByteScalars[
                Int(bytes[0] & 15) &<< 12 | Int(bytes[1] & 63) &<< 6 | Int(bytes[2] & 63)]
        default:
            return noToken
        }
    }

    @inline(__always) func id(of part: UInt32) -> UInt32 {
        part & Self.byteFlag == 0 ? part : table.byteIDs[Int(part & 255)]
    }

    @inline(__always) func merge(_ left: UInt32, _ right: UInt32) -> UInt32 {
        if left & right & Self.byteFlag != 0 { return table.bytePairs[Int(left & 255) &<< 8 | Int(right & 255)] }
        return table.merge(id(of: left), id(of: right))
    }
}
