/// Numbers as people type them into forms.
extension Int64 {
    /// A whole number, its digits in groups of three or not: `50000`, `50,000`, `50.000`, `50 000`.
    ///
    /// - Returns: nil for anything else, such as `2.5`.
    init?(typed text: String) {
        let groups = text.trimmed.split(omittingEmptySubsequences: false) { ", .'_\u{2019}\u{A0}\u{202F}".contains($0) }
        let areDigits = groups.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIIDigit) }
        let areGroups = groups.count == 1 || (groups[0].count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 })
        guard areDigits, areGroups else { return nil }
        self.init(groups.joined())
    }

    /// A number with a point, in units of its last digit: `0.15` with nine digits is 150,000,000.
    ///
    /// - Returns: nil for more than `fractionDigits` digits behind the point, for a sign, and for anything else.
    init?(typed text: String, fractionDigits: Int) {
        let parts = text.trimmed.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, !parts[0].isEmpty, let whole = Int64(typed: String(parts[0])) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard !fraction.isEmpty, fraction.count <= fractionDigits, fraction.utf8.allSatisfy(\.isASCIIDigit) else {
            return nil
        }
        let digits = String(whole) + fraction + String(repeating: "0", count: fractionDigits - fraction.count)
        self.init(digits)
    }

    /// As it would be typed: the shortest that reads back as this number.
    func typed(fractionDigits: Int) -> String {
        let digits = String(magnitude)
        let padded = String(repeating: "0", count: Swift.max(0, fractionDigits + 1 - digits.count)) + digits
        var fraction = padded.suffix(fractionDigits)
        while fraction.last == "0" { fraction.removeLast() }
        return (self < 0 ? "-" : "") + padded.dropLast(fractionDigits) + (fraction.isEmpty ? "" : "." + fraction)
    }
}

extension String {
    /// Without the blanks around it.
    var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        return String(rest.prefix(upTo: rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? rest.startIndex))
    }
}
