import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

@testable import Web

extension Property {
    /// A form, its content type in the first line, is refused as a whole, or every field has the value that was sent and
    /// everything made of the fields is sound. However often it is read, it is read the same.
    static let forms = Property(name: "forms", maxBytes: 4000) { bytes in
        var bytes = Bytes(bytes)
        let type = bytes.line()
        let body = bytes.remaining()
        try checkParts(body, type)
        try checkDrafts(ByteBuffer(bytes: body), type)
        try checkNumbers(String(decoding: body, as: UTF8.self))
        try checkQuery(String(decoding: body, as: UTF8.self))
    }
}

/// Names and values of a form with files come out of its encoded form as they went in.
private func checkParts(_ body: [UInt8], _ type: String) throws {
    guard let boundary = MultipartForm.boundary(of: type), let form = MultipartForm(Data(body), boundary: boundary)
    else { return }
    try require(!boundary.isEmpty && boundary.utf8.count <= 70, "the boundary \(boundary)")
    let pairs = form.fields.isEmpty ? [] : form.encoded.split(separator: "&", omittingEmptySubsequences: false)
    try require(pairs.count == form.fields.count, "\(form.fields.count) fields are \(pairs.count)")
    for (pair, field) in zip(pairs, form.fields) {
        let read = pair.split(separator: "=", omittingEmptySubsequences: false).map {
            String($0).removingPercentEncoding
        }
        try require(read == [field.name, field.value], "\(field) is read as \(read)")
    }
}

private struct Texts: Decodable {
    let text: String
    var more: [String]?
    var named: [String: String]?
}

private let calendar = WindowCalendar(timeZone: "Europe/Vilnius")!

private func checkDrafts(_ body: ByteBuffer, _ type: String) throws {
    if let texts = try? Request.read(Texts.self, from: body, type: type) {
        for text in [texts.text] + (texts.more ?? []) + (texts.named ?? [:]).values {
            try require(!text.contains("\0"), "a NUL character is taken")
        }
    }
    func draft<Draft: Decodable>(_ draft: Draft.Type) -> Draft? { try? Request.read(draft, from: body, type: type) }
    if let limit = try? draft(LimitDraft.self)?.limit(scope: .organization, subject: "", replacing: nil) {
        try require(limit.flaws.all.isEmpty, "a limit with flaws")
        let again = try? LimitDraft(limit).limit(scope: .organization, subject: "", replacing: limit)
        try require(again?.amount == limit.amount && again?.refill == limit.refill, "typed again, it is another limit")
    }
    if let grant = try? draft(GrantDraft.self)?.draft(in: calendar) { try require(grant.flaws.all.isEmpty, "\(grant)") }
    if let tier = try? draft(TierDraft.self)?.settings() { try require(tier.flaws.all.isEmpty, "\(tier)") }
    if let model = try? draft(ModelDraft.self)?.settings(isRetired: false) {
        try require(model.flaws.all.isEmpty, "\(model)")
    }
    if let key = try? draft(KeyDraft.self)?.settings(replacing: nil, in: calendar) {
        try require(key.flaws.all.isEmpty, "\(key)")
    }
    if let organization = try? draft(OrganizationDraft.self)?.organization(.random()) {
        try require(organization.flaws.all.isEmpty, "\(organization)")
    }
}

/// What is read as a number is not negative, and the same when it is typed as it is shown.
private func checkNumbers(_ text: String) throws {
    if let number = Int64(typed: text) {
        try require(number >= 0 && Int64(typed: String(number)) == number, "\(text) is \(number)")
    }
    for digits in [4, 9, 15] {
        guard let number = Int64(typed: text, fractionDigits: digits) else { continue }
        let shown = number.typed(fractionDigits: digits)
        try require(
            number >= 0 && Int64(typed: shown, fractionDigits: digits) == number, "\(text) is shown as \(shown)")
    }
    if let day = calendar.day(text) { try require(day.end.map { day.start < $0 } == true, "the day \(text)") }
}

/// A search comes back as it was typed.
private func checkQuery(_ text: String) throws {
    let query = QueryText([("q", text), ("page", "2")]).text
    try require(query.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "the query \(query)")
    let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/people" + query)
    let read = Request(head: head, body: RequestBody(buffer: ByteBuffer())).uri.queryParameters
    try require(read.get("page") == "2" && read.get("q") ?? "" == text, "\(query) is read as \(read)")
}
