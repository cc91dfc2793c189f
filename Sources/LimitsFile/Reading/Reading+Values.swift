import Core
import Yams

extension Reading {
    mutating func text(_ field: Field) -> String? {
        guard case .scalar(let scalar) = field.value, !scalar.isEmpty else {
            refuse("\(field.key) must be a text, not \(field.value.kind)", at: field.line)
            return nil
        }
        return scalar.string
    }

    /// One of the raw values of `Word`.
    mutating func word<Word: CaseIterable & RawRepresentable<String>>(_ field: Field, as: Word.Type) -> Word? {
        word(field, among: Dictionary(uniqueKeysWithValues: Word.allCases.map { ($0.rawValue, $0) }))
    }

    mutating func word<Word>(_ field: Field, among words: [String: Word]) -> Word? {
        guard let text = text(field) else { return nil }
        if let word = words[text] { return word }
        refuse(
            "\(field.key) must be one of \(words.keys.sorted().joined(separator: ", ")), not \(text.quoted)",
            at: field.line)
        return nil
    }

    mutating func truth(_ field: Field) -> Bool? {
        if case .scalar(let scalar) = field.value, scalar.style == .plain {
            if scalar.string == "true" { return true }
            if scalar.string == "false" { return false }
        }
        refuse("\(field.key) must be true or false, not \(field.value.kind)", at: field.line)
        return nil
    }

    // MARK: Numbers

    /// An amount in the unit of `meter`.
    mutating func amount(_ field: Field, _ meter: Limit.Meter) -> Int64? {
        number(field, meter.amountText, in: Limit.amountRange)
    }

    /// A share such as 0.8, in parts per million.
    mutating func share(_ field: Field, in range: ClosedRange<Int64>) -> Int64? {
        number(field, FixedPoint(places: 6), in: range)
    }

    mutating func number(_ field: Field, _ form: FixedPoint, in range: ClosedRange<Int64>) -> Int64? {
        guard case .scalar(let scalar) = field.value, !scalar.isEmpty else {
            refuse("\(field.key) must be a number, not \(field.value.kind)", at: field.line)
            return nil
        }
        do throws(FixedPoint.Flaw) {
            if scalar.style != .plain { throw .malformed }
            if scalar.string.first == "-", (try? form.units(of: String(scalar.string.dropFirst()))) != nil {
                refuse("\(field.key) must not be negative: \(scalar.string.quoted)", at: field.line)
                return nil
            }
            let units = try form.units(of: scalar.string)
            if range.contains(units) { return units }
            refuse(
                field, scalar.string, "must be from \(form.text(range.lowerBound)) to \(form.text(range.upperBound))")
        } catch {
            refuse(field, scalar.string, error.demand(form, range))
        }
        return nil
    }

    private mutating func refuse(_ field: Field, _ text: String, _ demand: String) {
        refuse("\(field.key) \(demand), not \(text.quoted)", at: field.line)
    }
}

extension FixedPoint.Flaw {
    fileprivate func demand(_ form: FixedPoint, _ range: ClosedRange<Int64>) -> String {
        switch self {
        case .malformed where form.places == 0: "must be a whole number in plain digits"
        case .malformed: "must be a number in plain digits, such as 0.5"
        case .tooPrecise where form.places == 0: "must be a whole number"
        case .tooPrecise: "must have at most \(form.places) digits after the point"
        case .tooLarge: "must be from \(form.text(range.lowerBound)) to \(form.text(range.upperBound))"
        }
    }
}
