/// Whole numbers of small units, such as nanodollars, written as decimal numbers of large ones, without any rounding.
public struct FixedPoint: Sendable, Hashable {
    /// How many digits stand behind the point: 9 for nanodollars as dollars.
    public var places: Int

    public init(places: Int) {
        self.places = places
    }

    public enum Flaw: Error, Sendable, Hashable {
        /// No digits, or something beside digits and one point.
        case malformed
        /// More digits behind the point than there are places.
        case tooPrecise
        case tooLarge
    }

    /// `12.5` for 12,500,000,000 with nine places; a minus in front of what is negative.
    public func text(_ units: Int64) -> String {
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let fraction = padded.suffix(places).trimmingTrailingZeros
        let whole = padded.dropLast(places)
        return (units < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// Digits, and perhaps a point with digits behind it: no sign, no exponent, no superfluous zero in front.
    public func units(of text: String) throws(Flaw) -> Int64 {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy(\.isDigits), parts[0] == "0" || parts[0].first != "0"
        else { throw .malformed }
        let fraction = parts.count == 2 ? parts[1].trimmingTrailingZeros : ""
        if fraction.count > places { throw .tooPrecise }
        let zeros = String(repeating: "0", count: places - fraction.count)
        guard let units = Int64(parts[0] + fraction + zeros) else { throw .tooLarge }
        return units
    }
}

extension Limit.Meter {
    /// How amounts of this meter are written: whole numbers, but for money, which is written in US dollars.
    public var amountText: FixedPoint { FixedPoint(places: self == .cost ? 9 : 0) }

    /// The same for what flows back a second, which is counted in millionths.
    public var refillText: FixedPoint { FixedPoint(places: amountText.places + 6) }
}

extension Substring {
    fileprivate var isDigits: Bool { !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) } }

    fileprivate var trimmingTrailingZeros: Substring {
        var text = self
        while text.last == "0" { text.removeLast() }
        return text
    }
}
