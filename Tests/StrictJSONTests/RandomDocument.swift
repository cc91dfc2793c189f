import SeededRandom
import StrictJSON

/// Writes documents at random, with all the freedom that JSON leaves: blanks, escapes that need not be, numbers of any
/// form. The same seed gives the same documents.
struct RandomDocument {
    private var random: SeededGenerator
    private(set) var bytes: [UInt8] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        bytes = []
        value(depth: 0)
    }

    private mutating func value(depth: Int) {
        blanks()
        switch random.below(depth < 6 ? 9 : 6) {
        case 0: add("null")
        case 1: add(random.below(2) == 0 ? "true" : "false")
        case 2, 3: number()
        case 4, 5: string()
        case 6: list("[", "]") { $0.value(depth: depth + 1) }
        default: object(depth: depth)
        }
        blanks()
    }

    private mutating func object(depth: Int) {
        var number = 0
        list("{", "}") { document in
            document.blanks()
            number += 1
            document.string(beginningWith: "\(number) ")
            document.blanks()
            document.add(":")
            document.value(depth: depth + 1)
        }
    }

    private mutating func list(_ opening: String, _ closing: String, _ item: (inout RandomDocument) -> Void) {
        add(opening)
        for index in 0..<random.below(5) {
            if index > 0 { add(",") }
            item(&self)
        }
        blanks()
        add(closing)
    }

    private mutating func number() {
        if random.below(3) == 0 { add("-") }
        add(random.below(4) == 0 ? "0" : "\(random.below(999_999) + 1)")
        if random.below(3) == 0 { add(".\(random.below(1_000))") }
        if random.below(4) == 0 {
            add(["e", "E", "e+", "E-"][random.below(4)] + "0\(random.below(30))")
        }
    }

    private static let samples = [
        "a", "Z", " ", "/", "é", "ß", "€", "漢", "😀", "\u{7F}", "\u{2028}", "\u{FFFF}", "\u{10FFFF}", "\\\"", "\\\\",
        "\\/",
        "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u0061", "\\u00E9", "\\u20ac", "\\ud83d\\ude00",
        "\\uDBFF\\uDFFF",
        "\\ufffe", "{", "}", "[", "]", ",", ":",
    ]

    private mutating func string(beginningWith prefix: String = "") {
        add("\"" + prefix)
        for _ in 0..<random.below(8) { add(Self.samples[random.below(Self.samples.count)]) }
        add("\"")
    }

    private mutating func blanks() {
        for _ in 0..<max(0, random.below(8) - 5) { add([" ", "\t", "\r", "\n"][random.below(4)]) }
    }

    private mutating func add(_ text: String) { bytes += text.utf8 }
}
