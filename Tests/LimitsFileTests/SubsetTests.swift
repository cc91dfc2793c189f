import LimitsTestSupport
import SeededRandom
import Testing
import Yams

@testable import LimitsFile

/// The scanner against libyaml: what it lets through holds no anchor, alias or tag as libyaml reads it, either.
@Suite struct SubsetTests {
    @Test(arguments: 0..<20)
    func whatPassesHoldsNoAliasAnchorOrTag(seed: Int) {
        var random = SeededGenerator(seed: seed)
        var passed = 0
        for _ in 0..<3000 {
            let text = (0..<random.below(24)).map { _ in Self.scraps[random.below(Self.scraps.count)] }.joined()
            guard YAMLSubset.flaws(in: text).isEmpty else { continue }
            passed += 1
            let found = Self.trick(in: text)
            #expect(found == nil, "\(text.debugDescription)")
        }
        #expect(passed > 100)
    }

    /// Two values over several lines, quotes that begin within them, and an alias that is text to a careless reader.
    @Test func anAliasThatHidesBetweenQuotesIsFound() {
        let text = "{k: v\n \"x , z: *c , q: \" , w: v\"}"
        #expect(!YAMLSubset.flaws(in: text).isEmpty)
    }

    private static let scraps = [
        "a", "b", "key: ", "key:", "- ", "-", "? ", ": ", ":", ",", ", ", "[", "]", "{", "}", "&x ", "*x", "*x ", "&x",
        "!t ", "\"", "'", "\"q\"", "'q'", "\\", "#", " #", " ", "  ", "\n", "\n", "\n  ", "\n    ", "\n- ", "\t",
        "<<: ",
        "--- ", "\n---\n", "...", "%", "|", ">", "1", "@", "\n\"", "\r\n", "é",
    ]

    /// What libyaml finds in `text` that the scanner should have found.
    private static func trick(in text: String) -> String? {
        do {
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            return try withExtendedLifetime(parser) { try parser.singleRoot()?.trick }
        } catch {
            let words = String(describing: error)
            return ["alias", "anchor", "tag"].first { words.contains($0) }
        }
    }
}

extension Node {
    fileprivate var trick: String? {
        if anchor != nil { return "anchor" }
        switch self {
        case .alias: return "alias"
        case .scalar(let scalar): return scalar.tag.description.hasPrefix("!") ? "tag" : nil
        case .sequence(let sequence): return sequence.lazy.compactMap(\.trick).first
        case .mapping(let mapping): return mapping.lazy.compactMap { $0.key.trick ?? $0.value.trick }.first
        }
    }
}
