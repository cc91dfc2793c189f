import StrictJSON
import Testing

/// What is JSON by RFC 8259, and what only looks like it.
struct GrammarTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1", "\"\"", "[]", "{}", " \t\r\n[ \t\r\n] \t\r\n", " { } ",
        "[null]", "[[]]", "[{}]", "[[[]],[]]", "[1,2]", "[ 1 , 2 ]", "{\"\":0}", "{\"a\":{\"a\":{}}}",
        "{ \"a\" : 1 , \"b\" : [ ] }", "{\"a\":1,\"A\":2}", "[{\"a\":1},{\"a\":2}]",
    ])
    func valuesAndBlanksAreTaken(text: String) {
        #expect(flaw(in: text) == nil)
    }

    @Test(arguments: [
        "10", "-1", "1.0", "0.1", "-0.0", "1e5", "1E5", "1e+5", "1e-5", "0e0", "0E+00", "1.5e10", "-12.34E-56",
        "1e400", "-1e-400", "123456789012345678901234567890", "0.00000000000000000000000000000000001",
    ])
    func numbersAreKeptAsTheyAreWritten(text: String) throws {
        let node = try document("[\(text)]").root.elements.first { _ in true }
        #expect(node?.kind == .number)
        #expect(node?.text == text)
        #expect(node.map(JSONValue.init) == .number(text))
    }

    @Test(arguments: [
        (#""a""#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00""#, "😀"), (#""\uD834\uDD1E""#, "𝄞"), (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\u0000""#, "\0"),
        (#""\uffff\ufffd""#, "\u{FFFF}\u{FFFD}"), ("\"\u{7F}\u{80}\u{7FF}\u{800}\"", "\u{7F}\u{80}\u{7FF}\u{800}"),
        ("\"\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}\"", "\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"),
        ("\"\u{2028}\u{2029}\u{FEFF}\"", "\u{2028}\u{2029}\u{FEFF}"), (#""\\u0041""#, #"\u0041"#), (#""a\/b""#, "a/b"),
        (#""\u005C\u0022""#, #"\""#),
    ])
    func stringsMeanWhatTheyShould(text: String, meaning: String) throws {
        let string = try #require(try document(text).root.string)
        #expect(Array(string.utf8) == Array(meaning.utf8))
    }

    @Test(arguments: [
        // Another language's literals.
        "nul", "nulL", "True", "NULL", "nan", "NaN", "Infinity", "-Infinity", "undefined", "truetrue", "nulll",
        // Numbers.
        "+1", ".5", "1.", "1.e5", "-", "--1", "-a", "01", "-01", "00", "0x10", "1e", "1e+", "1E-", "1.5.2", "1 2",
        "1_000", "1,000", "0e", "1f", "１",
        // Lists.
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1;2]", "[1]]", "[}", "[1}", "[\"a\":1]", "(1)",
        // Objects.
        "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\",1}",
        "{\"a\"::1}", "{\"a\" 1}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{\"a\":1 \"b\":2}", "{\"a\":1]",
        "{\"a\":1}}", "{\"a\":1};", "{\"a\":}", "{:1}",
        // Strings.
        "\"", "\"a", "'a'", "\"\\\"", "\"\\x41\"", "\"\\a\"", "\"\\0\"", "\"\\'\"", "\"\\U0041\"", "\"\\u\"",
        "\"\\u004\"", "\"\\u004g\"", "\"\\u 041\"", "\"\\u+041\"", "\"a\nb\"", "\"a\tb\"", "\"a\0b\"", "\"\u{1F}\"",
        "\"a\" \"b\"", "“a”", "\"\\\u{1F600}\"",
        // What some readers forgive.
        "", " ", "\n", "// c\n1", "1 // c", "/* c */ 1", "# c\n1", "\u{FEFF}1", "1\u{A0}", "\u{B}1", "1\u{C}", "1\0",
        "1,", "[1],", "{}{}", "{} []", "1\n2",
    ])
    func whatOnlyLooksLikeItIsNotTaken(text: String) {
        #expect(flaw(in: text) != nil)
    }

    /// Every beginning of a text that has all there is in JSON is unfinished, and nothing but unfinished.
    @Test func aTextThatIsCutAnywhereIsUnfinished() {
        let whole = Array(#" {"a\n":[1.5e+7,-20,true,false,null,"é😀\u00e9\ud83d\ude00\\",{}],"b":{"c":[]}}"#.utf8)
        #expect(flaw(in: whole) == nil)
        for end in 0..<whole.count {
            let reason = flaw(in: Array(whole[..<end]))?.reason
            #expect([.unfinished, .notUTF8, .loneSurrogate].contains(reason), "cut at \(end)")
        }
    }

    /// Whatever one byte is put in the place of another, it is taken or named; and what is taken can be read.
    @Test func anyByteInThePlaceOfAnotherIsTakenOrNamed() throws {
        let whole = Array(#"{"a":[1.5e+7,true,"é\ud83d\ude00"],"b":null}"#.utf8)
        for place in whole.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = whole
                bytes[place] = byte
                guard flaw(in: bytes) == nil else { continue }
                let value = try JSONValue(document(bytes).root)
                #expect(try JSONValue(document(value.bytes).root) == value)
            }
        }
    }
}
