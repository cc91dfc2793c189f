import Core

/// Reads whole numbers as people type them, and notes what is none.
struct NumberForm {
    private(set) var flaws: [Flaw] = []

    /// - Returns: zero where the field is empty or no number; then that is noted.
    mutating func required(_ field: String, _ text: String) -> Int64 {
        guard let value = optional(field, text) else {
            flaws.append(Flaw(field, .missing))
            return 0
        }
        return value
    }

    /// - Returns: nil for an empty field, zero for what is no number; then that is noted.
    mutating func optional(_ field: String, _ text: String) -> Int64? {
        let groups = text.split { $0.isWhitespace || Self.separators.contains($0) }
        guard !text.allSatisfy(\.isWhitespace) else { return nil }
        guard Self.areGroups(groups), let value = Int64(groups.joined()) else {
            flaws.append(Flaw(field, .malformed))
            return 0
        }
        return value
    }

    /// Whether these are digits alone or in groups of three: `25,000` and `25.000` are numbers, `2.5` is none.
    private static func areGroups(_ groups: [Substring]) -> Bool {
        guard let first = groups.first, groups.joined().utf8.allSatisfy(\.isASCIIDigit) else { return false }
        return groups.count == 1 || (first.count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 })
    }

    private static let separators: Set<Character> = [",", ".", "'", "\u{2019}", "_"]
}
