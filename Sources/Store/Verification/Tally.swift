import Core

/// What one check finds, as it goes.
struct Tally {
    private(set) var result: VerificationResult

    init(_ check: VerificationCheck) {
        result = VerificationResult(check: check)
    }

    mutating func count(_ rows: Int64 = 1) { result.rows += rows }

    mutating func note(_ text: String) { result.notes.append(text) }

    /// - Parameter row: is asked only for a difference that will be told.
    mutating func differ(
        _ row: @autoclosure () throws -> String, _ what: String, stored: any CustomStringConvertible,
        expected: any CustomStringConvertible, isReparable: Bool
    ) rethrows {
        result.differences += 1
        guard result.told.count < VerificationResult.mostTold else { return }
        result.told.append(
            LedgerDifference(
                row: try row(), what: what, stored: stored.description, expected: expected.description,
                isReparable: isReparable))
    }
}
