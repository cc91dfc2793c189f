import Core
import Foundation
import HTTPTypes
import NIOHTTP1

@testable import FastCGI
@testable import Relay
@testable import Web

extension Property {
    /// Header fields: those that we write about any accounts at all can be parsed by who reads strictly, no value splits a
    /// head, and what an upstream says about waiting is no time or one that can be waited.
    static let fields = Property(name: "fields", maxBytes: 1000) { bytes in
        var numbers = Bytes(bytes)
        try checkRateLimits(&numbers)
        try checkHead(bytes)
        try checkWaiting(String(decoding: bytes, as: UTF8.self))
    }
}

private func checkRateLimits(_ bytes: inout Bytes) throws {
    let now = Timestamp(milliseconds: bytes.number() % lastMoment)
    let rules = AlertRule.usual
    var accounts: [Account] = []
    while !bytes.isEmpty, accounts.count < 8 { accounts.append(account(&bytes)) }
    let fields = RateLimitFields(accounts, now: now, rules: rules).fields
    for name in [HTTPField.Name.rateLimit, .rateLimitPolicy, .xSluiceLimitWarning] {
        guard let value = fields[name] else { continue }
        try require(StructuredList.isList(value), "\(name): \(value)")
    }
    for field in fields where field.name.canonicalName.hasPrefix("x-ratelimit-") {
        let isFit =
            !field.value.isEmpty
            && field.value.utf8.allSatisfy { (0x30...0x39).contains($0) || "hms".utf8.contains($0) }
        try require(isFit, "\(field)")
    }
}

/// The end of the year 9999, as far as calendars go.
private let lastMoment: Int64 = 253_402_300_800_000

private func account(_ bytes: inout Bytes) -> Account {
    let limit = Limit(
        scope: bytes.pick(Limit.Scope.allCases), subject: "s", model: bytes.pick([nil, ModelID(rawValue: "m")]),
        meter: bytes.pick(Limit.Meter.allCases), window: bytes.pick(Window.allCases),
        amount: bytes.count() % (Limit.amountRange.upperBound + 1),
        mode: bytes.pick(Limit.Mode.allCases))
    return Account(
        limit: limit, holder: "h", windowStart: Timestamp(milliseconds: bytes.number() % lastMoment),
        resetsAt: bytes.pick([nil, Timestamp(milliseconds: bytes.number() % lastMoment)]), used: bytes.count(),
        held: bytes.count(), refilled: bytes.count(), granted: bytes.count())
}

/// HTTPTypes changes some characters of a value; whatever comes of it is one line.
private func checkHead(_ bytes: [UInt8]) throws {
    var response = HTTPResponse(status: .ok)
    response.headerFields[HTTPField.Name("X-Test")!] = String(decoding: bytes, as: UTF8.self)
    guard let head = try? ResponseHead(response).text else { return }
    let breaks = head.utf8.filter { $0 == 0x0A || $0 == 0x0D || $0 == 0 }
    try require(breaks == Array("\r\n\r\n\r\n".utf8), "a head of several lines: \(head)")
}

private func checkWaiting(_ text: String) throws {
    for name in ["retry-after", "retry-after-ms"] {
        let head = HTTPResponseHead(version: .http1_1, status: .tooManyRequests, headers: [name: text])
        try require(head.retryAfterSeconds ?? 0 >= 0, "wait \(text)")
    }
}

/// Lists of strings with parameters as RFC 9651, 4.2.1, has them: strings, integers and decimals.
private enum StructuredList {
    static func isList(_ text: String) -> Bool {
        text.components(separatedBy: ", ").allSatisfy(isMember)
    }

    /// No name of ours has a semicolon in it.
    private static func isMember(_ text: String) -> Bool {
        var parts = text.split(separator: ";", omittingEmptySubsequences: false)[...]
        guard let name = parts.popFirst(), isString(name) else { return false }
        return parts.allSatisfy { part in
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else { return false }
            return isString(pair[1]) || isNumber(pair[1])
        }
    }

    private static func isString(_ text: Substring) -> Bool {
        text.count > 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
            && text.dropFirst().dropLast().utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    }

    /// RFC 9651, 3.3.1 and 3.3.2: at most 15 digits, or 12 before a point and 1 to 3 behind it.
    private static func isNumber(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard areDigits, (1...2).contains(parts.count) else { return false }
        return parts.count == 1 ? parts[0].count <= 15 : parts[0].count <= 12 && parts[1].count <= 3
    }
}
