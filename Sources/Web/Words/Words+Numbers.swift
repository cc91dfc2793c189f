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

    /// Nanodollars as dollars with at least two and at most six digits after the point.
    func dollars(nanodollars: Int64) -> String {
        let magnitude = nanodollars.magnitude
        var fraction = String(magnitude % 1_000_000_000 / 1000 + 1_000_000).dropFirst()
        while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
        return (nanodollars < 0 ? "−$" : "$") + number(magnitude / 1_000_000_000) + "." + fraction
    }
}
