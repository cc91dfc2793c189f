import StrictJSON
import Testing

/// What is said of a text that is not taken, and where.
struct FlawTests {
    @Test(arguments: [
        ("", JSONFlaw.Reason.unfinished, 0), ("  ", .unfinished, 2), ("[1,", .unfinished, 3),
        ("{\"a\"", .unfinished, 4),
        ("\"abc", .unfinished, 4), ("\"\\", .unfinished, 2), ("\"\\u00", .unfinished, 5), ("tru", .unfinished, 3),
        ("-", .unfinished, 1), ("1e", .unfinished, 2), ("[1.", .unfinished, 3),
        ("[1}", .unexpectedByte, 2), ("{\"a\":1]", .unexpectedByte, 6), ("[1,]", .unexpectedByte, 3),
        ("{,}", .unexpectedByte, 1), ("{a:1}", .unexpectedByte, 1), ("{\"a\";1}", .unexpectedByte, 4),
        ("[1 2]", .unexpectedByte, 3), ("1 2", .unexpectedByte, 2), ("[] x", .unexpectedByte, 3),
        ("truE", .unexpectedByte, 3), ("\u{FEFF}1", .unexpectedByte, 0), ("\"a\nb\"", .unexpectedByte, 2),
        ("+1", .unexpectedByte, 0), ("0x1", .unexpectedByte, 1),
        ("[01]", .badNumber, 1), ("-01", .badNumber, 0), ("-x", .badNumber, 1), ("1.x", .badNumber, 2),
        ("1e+,", .badNumber, 3), ("\"\\x\"", .badEscape, 2), ("\"a\\u00g0\"", .badEscape, 6),
        (#""\ud800""#, .loneSurrogate, 1), (#"["a","\ud83d x"]"#, .loneSurrogate, 6),
        (#""\ud800\n""#, .loneSurrogate, 1),
        (#""\ud800\ud800""#, .loneSurrogate, 1), (#""\ud800\u0041""#, .loneSurrogate, 1),
        (#""ab\udc00""#, .loneSurrogate, 3),
        (#""\udc00\ud800""#, .loneSurrogate, 1), (#""\ud83d\ude00\ude00""#, .loneSurrogate, 13),
        (#"{"\udfff":1}"#, .loneSurrogate, 2),
    ])
    func aFlawIsNamedWithItsPlace(text: String, reason: JSONFlaw.Reason, offset: Int) {
        let flaw = flaw(in: text)
        #expect(flaw?.reason == reason)
        #expect(flaw?.offset == offset)
    }

    /// RFC 3629, section 4, and the Unicode Standard, table 3-7.
    @Test(arguments: [
        ("a tail without a beginning", [0x80]), ("another one", [0xBF]), ("two tails", [0xA0, 0xA0]),
        ("overlong in two bytes", [0xC0, 0xAF]), ("overlong NUL", [0xC0, 0x80]), ("the last of them", [0xC1, 0xBF]),
        ("overlong in three bytes", [0xE0, 0x80, 0xAF]), ("the last of them", [0xE0, 0x9F, 0xBF]),
        ("overlong in four bytes", [0xF0, 0x80, 0x80, 0xAF]), ("the last of them", [0xF0, 0x8F, 0xBF, 0xBF]),
        ("the first surrogate", [0xED, 0xA0, 0x80]), ("the last surrogate", [0xED, 0xBF, 0xBF]),
        ("a pair of them", [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]),
        ("beyond Unicode", [0xF4, 0x90, 0x80, 0x80]), ("far beyond", [0xF5, 0x80, 0x80, 0x80]),
        ("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80]), ("no UTF-8 byte", [0xFE]), ("nor this", [0xFF]),
        ("cut after one of two", [0xC3]), ("cut after one of three", [0xE2]), ("cut after two of three", [0xE2, 0x82]),
        ("cut after three of four", [0xF0, 0x9F, 0x98]), ("no tail second", [0xC3, 0x28]),
        ("no tail third", [0xE2, 0x82, 0x28]), ("no tail fourth", [0xF0, 0x9F, 0x98, 0x28]),
        ("two beginnings", [0xC3, 0xC3, 0xA9]), ("Latin-1", [0xE9, 0x61]),
    ])
    func bytesThatAreNotUTF8AreNamedWithTheirPlace(what: String, bytes: [UInt8]) {
        let text = Array("[\"é".utf8) + bytes + Array("\"]".utf8)
        let flaw = flaw(in: text)
        #expect(flaw?.reason == .notUTF8, "\(what)")
        #expect(flaw?.offset == 4, "\(what)")
    }

    @Test func everyScalarIsTakenAsItIs() throws {
        var text = "\""
        for value in UInt32(0x20)...0x10FFFF where value != 0x22 && value != 0x5C {
            if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
        }
        text += "\""
        let string = try #require(try document(text).root.string)
        #expect(string.utf8.elementsEqual(text.utf8.dropFirst().dropLast()))
    }

    // MARK: Depth

    @Test(arguments: [1, 2, 128, 512])
    func asDeepAsAllowedAndNoDeeper(depth: Int) {
        for (opening, closing) in [("[", "]"), ("{\"a\":", "}")] {
            let allowed = nested(opening, closing, depth: depth)
            #expect(flaw(in: allowed.replacing(":}", with: ":0}"), depth: depth) == nil)
            let flaw = flaw(in: nested(opening, closing, depth: depth + 1), depth: depth)
            #expect(flaw?.reason == .tooDeep)
            #expect(flaw?.offset == depth * opening.utf8.count)
        }
    }

    @Test func listsBesideOneAnotherAreNotDeep() {
        #expect(flaw(in: "[[],[],[[]],{\"a\":[]},[]]", depth: 3) == nil)
        #expect(flaw(in: "[[],[],[[]],{\"a\":[[]]},[]]", depth: 3)?.reason == .tooDeep)
    }

    /// On whatever stack a task has.
    @Test func aHundredThousandBracketsNeedNoStack() async {
        let depth = 100_000
        let flaws = await Task.detached { () -> [JSONFlaw?] in
            [
                flaw(in: nested("[", "]", depth: depth)), flaw(in: nested("[", "]", depth: depth), depth: depth),
                flaw(in: String(repeating: "[", count: depth), depth: depth),
                flaw(in: String(repeating: "{\"a\":", count: depth), depth: depth),
            ]
        }.value
        #expect(flaws.map(\.?.reason) == [.tooDeep, nil, .unfinished, .unfinished])
        #expect(flaws.map(\.?.offset) == [128, nil, depth, 5 * depth])
    }
}

private func nested(_ opening: String, _ closing: String, depth: Int) -> String {
    String(repeating: opening, count: depth) + String(repeating: closing, count: depth)
}
