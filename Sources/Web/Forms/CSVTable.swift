import HTTPTypes
import Hummingbird
import NIOCore

/// A table for spreadsheets: RFC 4180, in UTF-8. What a spreadsheet would run as a formula is made text by an
/// apostrophe (OWASP, CSV injection).
struct CSVTable {
    private(set) var text = ""

    init(_ names: [String]) {
        append(names)
    }

    mutating func append(_ cells: [String]) {
        text += cells.map(Self.cell).joined(separator: ",") + "\r\n"
    }

    /// - Parameter name: of the file, ASCII.
    func response(named name: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let safe = isFormula && Int64(text) == nil ? "'" + text : text
        let needsQuotes = safe.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return needsQuotes ? "\"" + safe.replacing("\"", with: "\"\"") + "\"" : safe
    }
}
