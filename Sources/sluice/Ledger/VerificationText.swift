import Core
import Foundation

/// A report as a person reads it, and as a program does.
enum VerificationText {
    /// A line for each check, below it its differences; and one for all.
    static func lines(_ report: VerificationReport, _ repairs: [LedgerRepair]) -> String {
        var lines = repairs.flatMap { repair in
            ["repaired \(repair.part.rawValue): \(count(repair.rows, "row"))"] + repair.examples.map { "  " + $0 }
        }
        for result in report.results { lines += self.lines(result) }
        lines.append(report.isClean ? "All adds up." : "\(count(report.differences, "difference")).")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ result: VerificationResult) -> [String] {
        let verdict = result.differences == 0 ? "ok" : count(result.differences, "difference")
        let name = result.check.rawValue.padding(toLength: 28, withPad: " ", startingAt: 0)
        let rows = count(result.rows, result.check.unit)
        let padding = String(repeating: " ", count: max(0, 24 - rows.count))
        var lines = ["\(name)\(padding)\(rows) … \(verdict)"]
        lines += result.told.map { difference in
            "  \(difference.row): \(difference.what) is \(difference.stored), expected \(difference.expected)"
                + (difference.isReparable ? "" : "; cannot be repaired")
        }
        let untold = result.differences - Int64(result.told.count)
        if untold > 0 { lines.append("  and \(untold.formatted(.number.locale(english))) more") }
        return lines + result.notes.map { "  note: " + $0 }
    }

    /// `1,000,000 rows`
    private static func count(_ number: Int64, _ unit: String) -> String {
        "\(number.formatted(.number.locale(english))) \(unit)\(number == 1 ? "" : "s")"
    }

    private static let english = Locale(identifier: "en_US")

    static func json(_ report: VerificationReport, _ repairs: [LedgerRepair]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let whole = Whole(
            isClean: report.isClean, differences: report.differences, results: report.results, repairs: repairs)
        return String(decoding: try encoder.encode(whole), as: UTF8.self)
    }

    private struct Whole: Encodable {
        var isClean: Bool
        var differences: Int64
        var results: [VerificationResult]
        var repairs: [LedgerRepair]
    }
}

extension VerificationCheck {
    /// What its rows are called.
    fileprivate var unit: String {
        switch self {
        case .file: "file"
        case .references: "table"
        default: "row"
        }
    }
}
