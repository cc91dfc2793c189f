extension Words {
    /// The exact number with its digits in groups: amounts are never rounded, and zero is shown as zero.
    func number(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        let head = digits.count % 3
        var groups = head > 0 ? [String(digits.prefix(head))] : []
        var rest = digits.dropFirst(head)
        while !rest.isEmpty {
            groups.append(String(rest.prefix(3)))
            rest = rest.dropFirst(3)
        }
        return (value < 0 ? "−" : "") + groups.joined(separator: groupSeparator)
    }

    func tokens(_ count: Int64) -> String {
        self(count, one: "{count} token", other: "{count} tokens")
    }

    /// Whole percent, rounded down, so that 100 % is said only when nothing is left.
    func percent(_ part: Int64, of whole: Int64) -> String {
        whole > 0 ? "\(number(Int64((Double(part) / Double(whole) * 100).rounded(.down)))) %" : "—"
    }

    /// Nanodollars as dollars with at least two and at most six digits after the point.
    func dollars(nanodollars: Int64) -> String {
        let magnitude = nanodollars.magnitude
        var fraction = String(magnitude % 1_000_000_000 / 1000 + 1_000_000).dropFirst()
        while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
        return (nanodollars < 0 ? "−$" : "$") + number(magnitude / 1_000_000_000) + "." + fraction
    }

    /// A length of time in its two largest units: `2 h 5 min`.
    func duration(seconds: Int64) -> String {
        let units: [(Int64, String)] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
        var rest = max(seconds, 0)
        var parts: [String] = []
        for (length, name) in units where rest >= length && parts.count < 2 {
            parts.append("\(rest / length) \(name)")
            rest %= length
        }
        return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
    }
}
