import Core
import Yams

/// The tree of a file that `YAMLSubset` has passed.
enum YAMLDocument {
    /// - Returns: nil for a file without content.
    static func root(of text: String) throws(LimitsFileFlaws) -> Node? {
        do {
            // Without rules every scalar stays the text that it is: 1e3, 0x10 and yes are judged where they stand.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            // A node knows its anchor only while the parser lives.
            return try withExtendedLifetime(parser) { try checked(try parser.singleRoot()) }
        } catch let flaws as LimitsFileFlaws {
            throw flaws
        } catch {
            throw LimitsFileFlaws([
                LimitsFileFlaw(error, lines: text.split(separator: "\n", omittingEmptySubsequences: false).count)
            ])
        }
    }

    /// The scanner has seen to this already, by what the text looks like; here it is what Yams understood.
    private static func checked(_ root: Node?) throws -> Node? {
        if let root, let reason = root.refusal(depth: 1) {
            throw LimitsFileFlaws([LimitsFileFlaw(line: root.mark?.line, reason: reason.reason)])
        }
        return root
    }
}

extension Node {
    fileprivate func refusal(depth: Int) -> YAMLSubset.Refusal? {
        if anchor != nil { return .anchor }
        let children: [Node]
        switch self {
        case .alias: return .alias
        case .scalar: return nil
        case .sequence(let sequence): children = Array(sequence)
        case .mapping(let mapping): children = mapping.flatMap { [$0.key, $0.value] }
        }
        if depth > YAMLSubset.deepestNesting { return .nesting }
        return children.lazy.compactMap { $0.refusal(depth: depth + 1) }.first
    }
}

extension LimitsFileFlaw {
    /// - Parameter lines: how many there are; libyaml finds fault with the one after the last, too.
    fileprivate init(_ error: any Error, lines: Int) {
        switch error {
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            let names = keys.map(\.quoted).joined(separator: ", ")
            self.init(line: context.mark.line, reason: "\(names) stands more than once in the same place")
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _):
            self.init(line: min(mark.line, lines), reason: "is not valid YAML: \(problem)")
        case YamlError.composer(_, _, let mark, _):
            self.init(line: mark.line, reason: "a second document begins; there may be one")
        case YamlError.reader(let problem, _, _, _):
            self.init(line: nil, reason: "is not valid YAML: \(problem)")
        default:
            self.init(line: nil, reason: "is not valid YAML")
        }
    }
}
