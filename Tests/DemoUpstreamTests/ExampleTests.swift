import Foundation
import Testing

@testable import DemoUpstream

/// Values made up for a schema.
struct ExampleTests {
    private func example(_ schema: String, seed: String = "") throws -> JSON {
        var example = Example(of: try JSONDecoder().decode(JSON.self, from: Data(schema.utf8)), seed: seed)
        return example.value()
    }

    @Test func takesTheRequiredMembersInTheirOrder() throws {
        let value = try example(
            #"{"type":"object","required":["b","a"],"properties":{"a":{"const":1},"b":{"const":"x"},"c":{"const":2}}}"#)
        #expect(value.text == #"{"b":"x","a":1}"#)
    }

    @Test(arguments: [
        (#"{"type":"object"}"#, "{}"), (#"{"enum":["one"]}"#, #""one""#), (#"{"type":["null"]}"#, "null"),
        (#"{"type":["null","integer"],"minimum":4,"maximum":4}"#, "4"),
        (#"{"type":"integer","minimum":7,"multipleOf":5,"maximum":12}"#, "10"),
        (#"{"type":"integer","exclusiveMinimum":4,"exclusiveMaximum":6}"#, "5"),
        (#"{"type":"integer","maximum":-3,"minimum":-3}"#, "-3"),
        (#"{"type":"number","minimum":0.5,"maximum":0.75}"#, "0.625"),
        (#"{"type":"string","format":"date"}"#, #""2026-01-01""#),
        (#"{"type":"string","format":"odd","minLength":3,"maxLength":0}"#, #""""#),
        (#"{"items":{"const":true},"minItems":2,"maxItems":2}"#, "[true,true]"),
        (#"{"items":{"const":true},"maxItems":0}"#, "[]"),
        (##"{"$ref":"#/$defs/A","$defs":{"A":{"anyOf":[{"type":"null"},{"const":3}]}}}"##, "3"),
        (
            #"{"allOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":{"const":2}},"required":["b"]}]}"#,
            #"{"a":1,"b":2}"#
        ),
    ])
    func heedsTheSchema(schema: String, value: String) throws {
        #expect(try example(schema).text == value)
    }

    @Test func isTheSameForTheSameSeedAndEndsThoughTheSchemaDoesNot() throws {
        let tree =
            ##"{"type":"object","properties":{"name":{"type":"string"},"next":{"$ref":"#"}},"required":["name","next"]}"##
        #expect(try example(tree, seed: "a") == example(tree, seed: "a"))
        #expect(try example(tree, seed: "a") != example(tree, seed: "b"))
        #expect(try example(##"{"$ref":"#"}"##).text != "", "a schema that is only itself")
    }

    @Test(arguments: ["-1e300", "1e300", "9223372036854775807", "-9223372036854775808", "0.1"])
    func noBoundIsTooFar(bound: String) throws {
        for name in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"] {
            guard case .integer = try example(#"{"type":"integer","\#(name)":\#(bound)}"#) else {
                Issue.record("\(name) \(bound)")
                return
            }
        }
    }
}
