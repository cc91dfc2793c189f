import SeededRandom

/// Texts that try every rule at once.
enum RandomText {
    private static let pools: [[String]] = [
        ["the", "gate", "Straße", "naïve", "HTMLElement", "camelCase", "don't", "WE'LL", "it’s", "ſ", "'ſ", "x'S"],
        [" ", "  ", "\n", "\r\n", "\t", "\u{3000}", "\u{A0}", "\u{85}", " \n ", "\u{200B}"],
        ["1", "12345", "½", "Ⅷ", "२", "٣٤٥"],
        [".", "!!", "///", "(", "—", "…", "“", "😀", "👩‍👩‍👧", "\u{301}", "e\u{301}", "\u{0}", "<|endoftext|>"],
        ["東京", "中文。", "ひらがな", "カタカナ", "한국어", "Привет", "мир", "مرحبا", "नमस्ते", "ภาษาไทย", "ა", "Ꭰ"],
        ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "----------------", "                    ", "qzxjkvbw"],
    ]

    static func any(length: Int, using generator: inout SeededGenerator) -> String {
        var text = ""
        while text.utf8.count < length {
            let pool = pools.randomElement(using: &generator)!
            text += Bool.random(using: &generator) ? pool.randomElement(using: &generator)! : scalar(using: &generator)
        }
        return text
    }

    private static func scalar(using generator: inout SeededGenerator) -> String {
        let plane = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF].randomElement(using: &generator)!
        return Unicode.Scalar(UInt32.random(in: 0...UInt32(plane), using: &generator)).map { String($0) } ?? "\u{FFFD}"
    }

    static func chunks(of bytes: [UInt8], upTo size: Int, using generator: inout SeededGenerator) -> [ArraySlice<UInt8>]
    {
        var chunks: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = min(rest.count, .random(in: 1...size, using: &generator))
            chunks.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return chunks
    }
}
