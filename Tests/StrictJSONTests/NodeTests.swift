import StrictJSON
import Testing

/// A document that is read from, value by value and byte by byte.
struct NodeTests {
    @Test func knowsTheKindOfEveryValue() throws {
        let root = try document(#"{"o":{},"a":[],"s":"","n":0,"t":true,"f":false,"z":null}"#).root
        #expect(root.kind == .object)
        #expect(root.members.map(\.value.kind) == [.object, .array, .string, .number, .boolean, .boolean, .null])
        #expect(root.members.map(\.name) == ["o", "a", "s", "n", "t", "f", "z"])
        #expect(root.members.map(\.value.boolean) == [nil, nil, nil, nil, true, false, nil])
        #expect(root.members.map(\.value.isNull) == [false, false, false, false, false, false, true])
    }

    @Test func whatAValueIsNotIsNil() throws {
        let root = try document(#"{"s":"7","n":7}"#).root
        #expect(root["s"]?.integer == nil && root["n"]?.string == nil && root["s"]?.boolean == nil)
        #expect(Array(root.elements).isEmpty && Array(root["n"]?.members ?? root.members).isEmpty)
        #expect(root["s"]?["x"] == nil && root["missing"] == nil)
        #expect(root.string == nil && root.integer == nil)
    }

    @Test func nullIsAValueAndNoMember() throws {
        let root = try document(#"{"a":null}"#).root
        #expect(root["a"]?.isNull == true)
        #expect(root.member("a") == nil)
    }

    @Test func aMemberIsFoundHoweverItsNameIsWritten() throws {
        let root = try document(#"{"x":{"stop":0},"\u0073top":1,"é":2,"":3}"#).root
        #expect(root["stop"]?.text == "1")
        #expect(root["é"]?.text == "2")
        #expect(root[""]?.text == "3")
        #expect(root["sto"] == nil && root["stopp"] == nil)
    }

    @Test func siblingsAreFoundBehindWhateverIsNested() throws {
        let root = try document(#"[[1,[2,{"a":[3]}]],{"b":[]},4]"#).root
        #expect(root.elements.map(\.text) == [#"[1,[2,{"a":[3]}]]"#, #"{"b":[]}"#, "4"])
        #expect(root.elements.first { _ in true }?.elements.map(\.text) == ["1", #"[2,{"a":[3]}]"#])
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("-1", -1), ("9223372036854775807", Int64.max), ("-9223372036854775808", .min),
        ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.0", nil), ("1e2", nil), ("1E0", nil),
        ("18446744073709551616", nil), (String(repeating: "9", count: 1_000), nil),
    ])
    func anIntegerIsWhatFitsIntoSixtyFourBits(text: String, integer: Int64?) throws {
        #expect(try document(text).root.integer == integer)
    }

    // MARK: Quoting

    @Test func membersAreQuotedAsTheyAreWritten() throws {
        let root = try document("\r\n { \"a\" :\t1.50 , \"\\u0062\":[ 1 ,2 ] ,\"c\"\n:\n\"\\u00e9\\/\" , \"d\":{ } } ")
            .root
        let all = "\"a\" :\t1.50,\"\\u0062\":[ 1 ,2 ],\"c\"\n:\n\"\\u00e9\\/\",\"d\":{ }"
        #expect(quoted(root) { _ in true } == all)
        #expect(quoted(root) { $0.name == "b" } == "\"\\u0062\":[ 1 ,2 ]")
        #expect(quoted(root) { !["a", "d"].contains($0.name) } == "\"\\u0062\":[ 1 ,2 ],\"c\"\n:\n\"\\u00e9\\/\"")
        #expect(quoted(root) { _ in false } == "")
        #expect(quoted(try document("[1]").root) { _ in true } == "")
        #expect(quoted(try document("{ }").root) { _ in true } == "")
    }

    /// Whatever members are picked, braces around them make a document with these members.
    @Test func anyMembersMakeADocumentAgain() throws {
        let names = ["a", "b,", "c}", "{d", "\\\"e", "f:"]
        let text = "{ " + names.map { "\"\($0)\" : [\"},{\",{\"x\":\"\($0)\"}]" }.joined(separator: " ,\n") + " }"
        let root = try document(text).root
        for picked in 0..<(1 << names.count) {
            let isPicked = root.members.enumerated().filter { picked >> $0.offset & 1 == 1 }.map(\.element.name)
            let quoted = root.members { isPicked.contains($0.name) }
            let again = try document(Array("{".utf8) + quoted + Array("}".utf8)).root
            #expect(again.members.map(\.name) == isPicked)
            #expect(again.members.map(\.value.text) == isPicked.compactMap { root[$0]?.text })
        }
    }

    private func quoted(_ node: JSONNode, _ isWanted: (JSONNode.Member) -> Bool) -> String {
        String(decoding: node.members(where: isWanted), as: UTF8.self)
    }
}
