/// `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
/// (tiktoken 0.14, `openai_public.py`, cl100k_base).
enum Cl100kPattern: PiecePattern {
    @inline(__always) static func end(of start: Int, in text: PaddedText) -> Int {
        let first = text.bytes[start]
        let firstClass = text.byteClasses[Int(first)]
        if firstClass.touches(.letter) { return text.endOfLetters(from: start) }
        let second = text.bytes[start &+ 1]
        let secondClass = text.byteClasses[Int(second)]
        if first == 0x20 {
            if secondClass.touches(.letter) { return text.endOfLetters(from: start &+ 1) }
            if secondClass.rawValue == 0 && start &+ 1 < text.count { return endOfSymbols(from: start &+ 2, in: text) }
            if secondClass.touches(.number) { return start &+ 1 }
        } else if firstClass.rawValue == 0 {
            if first == UInt8(ascii: "'") {
                let length = text.contraction(at: start)
                if length > 0 { return start &+ length }
            }
            if secondClass.touches(.letter) { return text.endOfLetters(from: start &+ 1) }
            if secondClass != .beyondASCII { return endOfSymbols(from: start &+ 1, in: text) }
        }
        return endBeyondASCII(of: start, in: text)
    }

    /// The same rules for what the quick ones above leave: scalars beyond ASCII, numbers and white space.
    @inline(never) private static func endBeyondASCII(of start: Int, in text: PaddedText) -> Int {
        let (firstClass, length) = text.scalar(at: start)
        if firstClass.touches(.letter) { return text.endOfAnyLetters(from: start) }
        if firstClass.touches(.number) { return text.endOfNumber(from: start) }
        let next = start &+ length
        let nextClass = next < text.count ? text.scalar(at: next).characterClass : .whitespace
        if nextClass.touches(.letter) && !text.isLineBreak(text.bytes[start]) {
            return text.endOfAnyLetters(from: next)
        }
        if !firstClass.touches(.whitespace) { return endOfSymbols(from: next, in: text) }
        if text.bytes[start] == 0x20 && !nextClass.touches([.letter, .number, .whitespace]) {
            return endOfSymbols(from: next, in: text)
        }
        return text.endOfWhitespace(from: start, wholeAtEnd: true)
    }

    /// The rest of `[^\s\p{L}\p{N}]++[\r\n]*+`.
    @inline(__always) private static func endOfSymbols(from start: Int, in text: PaddedText) -> Int {
        var position = text.endOfSymbols(from: start)
        while text.isLineBreak(text.bytes[position]) { position &+= 1 }
        return position
    }
}

extension PaddedText {
    /// `\p{L}*` of which ASCII letters are looked at eight at a time.
    @inline(__always) fileprivate func endOfLetters(from start: Int) -> Int {
        var position = start
        while true {
            let others = ~ASCIILetters.mask(word(bytes + position)) & ASCIILetters.topBits
            position &+= ASCIILetters.bytesBefore(others)
            if others != 0 { break }
        }
        return bytes[position] < 0x80 ? position : endOfAnyLetters(from: position)
    }

    @inline(never) fileprivate func endOfAnyLetters(from start: Int) -> Int {
        var position = start
        while position < count {
            let (characterClass, length) = scalar(at: position)
            guard characterClass.touches(.letter) else { break }
            position &+= length
        }
        return position
    }
}
