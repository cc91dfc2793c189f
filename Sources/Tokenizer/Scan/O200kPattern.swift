/// The alternatives of o200k_base (tiktoken 0.14, `openai_public.py`), in their order:
///
///     [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
///     [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
///     \p{N}{1,3}
///      ?[^\s\p{L}\p{N}]+[\r\n/]*
///     \s*[\r\n]+
///     \s+(?!\S)
///     \s+
enum O200kPattern: PiecePattern {
    @inline(__always) static func end(of start: Int, in text: PaddedText) -> Int {
        let first = text.bytes[start]
        let firstClass = text.byteClasses[Int(first)]
        if firstClass.touches(.letter) { return text.endOfWord(from: start) }
        let secondClass = text.byteClasses[Int(text.bytes[start &+ 1])]
        if first == 0x20 {
            if secondClass.touches(.letter) { return text.endOfWord(from: start &+ 1) }
            if secondClass.rawValue == 0 && start &+ 1 < text.count { return endOfSymbols(from: start &+ 2, in: text) }
            if secondClass.touches(.number) { return start &+ 1 }
        } else if firstClass.rawValue == 0 {
            if secondClass.touches(.letter) { return text.endOfWord(from: start &+ 1) }
            if secondClass != .beyondASCII { return endOfSymbols(from: start &+ 1, in: text) }
        }
        return endBeyondASCII(of: start, in: text)
    }

    /// The same rules for what the quick ones above leave: scalars beyond ASCII, numbers and white space.
    @inline(never) private static func endBeyondASCII(of start: Int, in text: PaddedText) -> Int {
        let (firstClass, length) = text.scalar(at: start)
        if firstClass.touches([.letter, .mark]) { return text.endOfAnyWord(from: start) ?? start &+ length }
        if firstClass.touches(.number) { return text.endOfNumber(from: start) }
        let next = start &+ length
        if next < text.count && !text.isLineBreak(text.bytes[start]), let end = text.endOfAnyWord(from: next) {
            return end
        }
        if !firstClass.touches(.whitespace) { return endOfSymbols(from: next, in: text) }
        let nextClass = next < text.count ? text.scalar(at: next).characterClass : .whitespace
        if text.bytes[start] == 0x20 && !nextClass.touches([.letter, .number, .whitespace]) {
            return endOfSymbols(from: next, in: text)
        }
        return text.endOfWhitespace(from: start, wholeAtEnd: false)
    }

    /// The rest of `[^\s\p{L}\p{N}]+[\r\n/]*`.
    @inline(__always) private static func endOfSymbols(from start: Int, in text: PaddedText) -> Int {
        var position = text.endOfSymbols(from: start)
        while text.isLineBreak(text.bytes[position]) || text.bytes[position] == UInt8(ascii: "/") { position &+= 1 }
        return position
    }
}

extension PaddedText {
    /// A word that begins with an ASCII letter at `start`: its capitals, then its small letters, then a contraction. Eight
    /// bytes at a time; from `start` anew, scalar by scalar, when the run of letters ends at a byte beyond ASCII.
    @inline(__always) fileprivate func endOfWord(from start: Int) -> Int {
        let eight = word(bytes + start)
        let letters = ASCIILetters.mask(eight)
        let small = ASCIILetters.small(letters, eight)
        let notCapital = ~(letters & ~small) & ASCIILetters.topBits
        guard notCapital != 0 else { return endOfWord(from: start, behindCapitals: endOfCapitals(from: start &+ 8)) }
        let capitalBits = UInt64(truncatingIfNeeded: notCapital.trailingZeroBitCount & 56)
        let behindSmall = ~small & ASCIILetters.topBits & (UInt64.max &<< capitalBits)
        let end = behindSmall == 0 ? endOfSmall(from: start &+ 8) : start &+ ASCIILetters.bytesBefore(behindSmall)
        return endOfWord(from: start, behindLetters: end)
    }

    @inline(never) private func endOfWord(from start: Int, behindCapitals end: Int) -> Int {
        endOfWord(from: start, behindLetters: endOfSmall(from: end))
    }

    @inline(__always) private func endOfWord(from start: Int, behindLetters end: Int) -> Int {
        let byte = bytes[end]
        if byte == UInt8(ascii: "'") { return end &+ contraction(at: end) }
        return byte < 0x80 ? end : endOfAnyWord(from: start) ?? end
    }

    @inline(__always) private func endOfSmall(from start: Int) -> Int {
        var position = start
        while true {
            let eight = word(bytes + position)
            let others = ~ASCIILetters.small(ASCIILetters.mask(eight), eight) & ASCIILetters.topBits
            position &+= ASCIILetters.bytesBefore(others)
            if others != 0 { return position }
        }
    }

    private func endOfCapitals(from start: Int) -> Int {
        var position = start
        while bytes[position] &- UInt8(ascii: "A") < 26 { position &+= 1 }
        return position
    }

    /// The two word rules without backtracking, or nil where neither matches.
    ///
    /// Take the longest run that may be capitals, and remember where its last scalar ends that may be small as well. If a
    /// small letter follows, the longest run of small ones belongs to the word. Else the first rule gives back to that
    /// remembered place; else, with capitals only, the second rule takes them all. A leading mark never acts as the
    /// optional prefix: it may be both, so the rule without prefix takes at least as much.
    @inline(never) fileprivate func endOfAnyWord(from start: Int) -> Int? {
        var position = start
        var behindBoth = start
        while position < count {
            let (characterClass, length) = scalar(at: position)
            guard characterClass.touches(.upper) else {
                if characterClass.touches(.lower) { return endWithContraction(endOfAnySmall(from: position &+ length)) }
                break
            }
            position &+= length
            if characterClass.touches(.lower) { behindBoth = position }
        }
        let end = behindBoth > start ? behindBoth : position
        return end > start ? endWithContraction(end) : nil
    }

    @inline(__always) private func endOfAnySmall(from start: Int) -> Int {
        var position = start
        while position < count {
            let (characterClass, length) = scalar(at: position)
            guard characterClass.touches(.lower) else { break }
            position &+= length
        }
        return position
    }

    @inline(__always) private func endWithContraction(_ end: Int) -> Int {
        bytes[end] == UInt8(ascii: "'") ? end &+ contraction(at: end) : end
    }
}
