import Core
import Foundation

/// The moment that an ISO 8601 text such as `2026-03-29T01:00:00Z` names.
func at(_ text: String) throws -> Timestamp {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
    return Timestamp(milliseconds: Int64((try style.parse(text).timeIntervalSince1970 * 1000).rounded()))
}
