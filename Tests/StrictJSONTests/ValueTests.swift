import StrictJSON
import Testing

struct ValueTests {
    @Test func isWrittenWithoutBlanksInTheOrderGiven() {
        let value: JSONValue = ["z": 1, "a": [true, false, .null], "s": "é", "n": .number("1.50e+3"), "o": [:]]
        #expect(text(value) == #"{"z":1,"a":[true,false,null],"s":"é","n":1.50e+3,"o":{}}"#)
    }

    @Test func aStringIsEscapedWhereItMustBe() throws {
        let string = (0..<0x80).map { String(Unicode.Scalar($0)) }.joined() + "\u{80}\u{2028}😀"
        let bytes = JSONValue.string(string).bytes
        #expect(try document(bytes).root.string == string)
        #expect(text("\u{1}\u{1F}\n\"\\/\u{7F}") == #""\u0001\u001f\n\"\\/"# + "\u{7F}\"")
    }

    @Test func aMemberIsSetTakenAwayAndLeftInItsPlace() {
        var value: JSONValue = ["a": 1, "b": 2]
        value["a"] = "x"
        value["c"] = 3
        #expect(text(value) == #"{"a":"x","b":2,"c":3}"#)
        value["b"] = nil
        value["missing"] = nil
        #expect(text(value) == #"{"a":"x","c":3}"#)
        #expect(value["c"] == 3 && value["b"] == nil)
    }

    @Test func whatIsNoObjectHasNoMembers() {
        var value: JSONValue = [1]
        value["a"] = 1
        #expect(value == [1])
        #expect(value["a"] == nil)
    }

    private func text(_ value: JSONValue) -> String { String(decoding: value.bytes, as: UTF8.self) }
}
