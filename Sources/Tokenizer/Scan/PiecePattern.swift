/// The pattern that cuts text into pieces before byte-pair encoding, by hand instead of by a regular expression: the
/// expression costs more than the encoding does.
protocol PiecePattern {
    /// The end of the piece that begins at `start`, which is below `text.count`. Every piece has at least one byte.
    static func end(of start: Int, in text: PaddedText) -> Int
}

/// Rules that both patterns share.
extension PaddedText {
    /// `\p{N}{1,3}`: up to three scalars.
    @inline(__always) func endOfNumber(from start: Int) -> Int {
        var position = start
        var scalars = 0
        while scalars < 3 && position < count {
            let (characterClass, length) = scalar(at: position)
            guard characterClass.touches(.number) else { break }
            position &+= length
            scalars &+= 1
        }
        return position
    }

    /// The rest of `[^\s\p{L}\p{N}]+`, from behind its first scalar.
    @inline(__always) func endOfSymbols(from start: Int) -> Int {
        var position = start
        while position < count {
            let byte = bytes[position]
            if byte < 0x80 {
                guard byteClasses[Int(byte)].rawValue == 0 else { break }
                position &+= 1
            } else {
                let (characterClass, length) = scalar(at: position)
                guard !characterClass.touches([.letter, .number, .whitespace]) else { break }
                position &+= length
            }
        }
        return position
    }

    /// White space that is not swallowed by another rule: `\s*[\r\n]+`, else `\s+(?!\S)`, else `\s+`.
    ///
    /// The run ends behind its last line break if it has one; else it leaves its last scalar to the word or symbol that
    /// follows; at the end of the text it is taken whole.
    ///
    /// - Parameter wholeAtEnd: `\s++$` stands before the line break rule, as in cl100k_base.
    @inline(never) func endOfWhitespace(from start: Int, wholeAtEnd: Bool) -> Int {
        var position = start
        var lastScalar = start
        var behindLineBreak = 0
        while position < count {
            let (characterClass, length) = scalar(at: position)
            guard characterClass.touches(.whitespace) else { break }
            if isLineBreak(bytes[position]) { behindLineBreak = position &+ 1 }
            lastScalar = position
            position &+= length
        }
        if position >= count && wholeAtEnd { return position }
        if behindLineBreak > 0 { return behindLineBreak }
        return position >= count || lastScalar == start ? position : lastScalar
    }

    @inline(__always) func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    /// Length of `(?i:'s|'t|'re|'ve|'m|'ll|'d)` at an apostrophe, or 0. U+017F folds to s; no other scalar folds to ASCII
    /// here.
    @inline(__always) func contraction(at apostrophe: Int) -> Int {
        let first = bytes[apostrophe &+ 1]
        let second = bytes[apostrophe &+ 2]
        switch first | 0x20 {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return first & 0x40 != 0 ? 2 : 0
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return first & 0x40 != 0 && second & 0xDF == UInt8(ascii: "E") ? 3 : 0
        case UInt8(ascii: "l"):
            return first & 0x40 != 0 && second & 0xDF == UInt8(ascii: "L") ? 3 : 0
        case 0xE5:
            return first == 0xC5 && second == 0xBF ? 3 : 0
        default:
            return 0
        }
    }
}
