import StrictJSON
import Testing

/// A member that stands twice: two readers would take it for two different requests.
struct DuplicateTests {
    @Test(arguments: [
        (#"{"a":1,"a":2}"#, "a", 7), (#"{"a":1,"b":2,"a":1}"#, "a", 13), (#"{"":1,"":2}"#, "", 6),
        (#"{"a":1,"\u0061":2}"#, "a", 7), (#"{"\u0061":1,"a":2}"#, "a", 12), (#"{"\u0061":1,"\u0061":2}"#, "a", 12),
        (#"{"n\/n":1,"n/n":2}"#, "n/n", 10), (#"{"😀":1,"\ud83d\ude00":2}"#, "😀", 10),
        (#"{"x":[{"a":1,"a":2}]}"#, "a", 13),
        (#"{"a":{"a":1},"a":2}"#, "a", 13), (#"{"max_tokens":1,"m\u0061x_tokens":9}"#, "max_tokens", 16),
        (#"{ "a" : 1 , "a" : 2 }"#, "a", 12),
    ])
    func isNamedWithThePlaceOfTheSecond(text: String, name: String, offset: Int) {
        let flaw = flaw(in: text)
        #expect(flaw?.reason == .duplicateMember(name))
        #expect(flaw?.offset == offset)
    }

    @Test(arguments: [
        #"{"a":1,"A":1}"#, #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#, #"{"a":"a","b":"a"}"#,
        #"{"\u0061":1,"\\u0061":2}"#,
        "{\"\u{E9}\":1,\"e\u{301}\":2}", #"{"ab":1,"a":2,"":3}"#,
    ])
    func membersThatOnlyResembleOneAnotherAreTaken(text: String) {
        #expect(flaw(in: text) == nil)
    }

    /// Few names are compared with one another, many are put into a set.
    @Test(arguments: [1, 2, 11, 12, 13, 14, 100, 1_000])
    func areFoundAmongAnyNumberOfMembers(count: Int) {
        let members = (0..<count).map { "\"name\($0)\":\($0)" }.joined(separator: ",")
        #expect(flaw(in: "{\(members)}") == nil)
        for twin in [0, count / 2, count - 1] {
            #expect(flaw(in: "{\(members),\"name\(twin)\":0}")?.reason == .duplicateMember("name\(twin)"))
            #expect(flaw(in: "{\(members),\"\\u006eame\(twin)\":0}")?.reason == .duplicateMember("name\(twin)"))
            #expect(flaw(in: "{\"\\u006eame\(twin)\":0,\(members)}")?.reason == .duplicateMember("name\(twin)"))
        }
    }

    @Test func aLongNameIsQuotedInPart() {
        let name = String(repeating: "x", count: 10_000)
        #expect(flaw(in: "{\"\(name)\":1,\"\(name)\":2}")?.reason == .duplicateMember(String(name.prefix(64))))
    }

    @Test func whereTheyAreAllowedTheFirstCounts() throws {
        let root = try document(#"{"a":1,"\u0061":2,"a":3}"#, allowsDuplicates: true).root
        #expect(root["a"]?.text == "1")
        #expect(root.members.map(\.value.text) == ["1", "2", "3"])
    }
}
