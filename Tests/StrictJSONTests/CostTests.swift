import ProcessorTime
import StrictJSON
import Testing

/// Four times the text may take about four times as long. Quadratic work would take sixteen times as long.
struct CostTests {
    private static let small = 8_000

    @Test(arguments: [
        Sample("numbers in a list") { list($0) { "\($0)" } },
        Sample("members") { object($0) { "name\($0)" } },
        Sample("members that have long names and differ at the end") {
            object($0) { String(repeating: "x", count: 90) + "\($0)" }
        },
        Sample("members that are written with escapes") { object($0) { "\\u006e\($0)" } },
        Sample("objects in a list") { list($0) { "{\"a\":\($0),\"b\":\($0)}" } },
        Sample("one string with escapes") { "\"" + String(repeating: "a\\n\\u00e9é", count: $0) + "\"" },
        Sample("blanks") { "[" + String(repeating: " \n", count: $0) + "]" },
        Sample("brackets") { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) },
    ])
    fileprivate func fourTimesTheTextTakesFourTimesAsLong(sample: Sample) throws {
        let (little, much) = (Array(sample.text(Self.small).utf8), Array(sample.text(4 * Self.small).utf8))
        let ratio = try time(of: much) / time(of: little)
        #expect(ratio < 9, "\(sample)")
    }

    @Test func theLastOfAHundredThousandMembersIsFoundToStandTwice() throws {
        let members = (0..<100_000).map { "\"name\($0)\":0" }.joined(separator: ",")
        let text = Array("{\(members),\"name0\":1}".utf8)
        var found: JSONFlaw?
        let seconds = try secondsOfWork { found = flaw(in: text) }
        #expect(found?.reason == .duplicateMember("name0"))
        #expect(seconds < 20, "comparing each with each would take many minutes")
    }

    private func time(of text: [UInt8]) throws -> Double {
        let seconds = try (0..<3).map { _ in
            try secondsOfWork { _ = try document(text, depth: .max).root.members { _ in true } }
        }
        return seconds.min() ?? .nan
    }
}

private struct Sample: Sendable, CustomTestStringConvertible {
    var name: String
    var text: @Sendable (Int) -> String

    init(_ name: String, text: @escaping @Sendable (Int) -> String) {
        self.name = name
        self.text = text
    }

    var testDescription: String { name }
}

private func list(_ count: Int, _ element: (Int) -> String) -> String {
    "[" + (0..<count).map(element).joined(separator: ",") + "]"
}

private func object(_ count: Int, _ name: (Int) -> String) -> String {
    "{" + (0..<count).map { "\"\(name($0))\":0" }.joined(separator: ",") + "}"
}
