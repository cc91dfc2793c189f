import Core
import Foundation

@testable import Web
@testable import sluice

extension Property {
    /// Any environment, one `KEY=value` on a line, is refused with reasons or gives settings that can be used.
    ///
    /// No files are read: `KEY_FILE` could name a device.
    static let settings = Property(name: "settings", maxBytes: 1000) { bytes in
        var environment: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let pair = line.split(separator: "=", maxSplits: 1)
            if pair.count == 2, !pair[0].hasSuffix("_FILE") { environment[String(pair[0])] = String(pair[1]) }
        }
        do {
            try checkSettings(Settings(environment))
        } catch let mistakes as ConfigurationMistakes {
            try require(!mistakes.all.isEmpty, "refused without a reason")
        }
    }
}

private func checkSettings(_ settings: Settings) throws {
    try require(PublicAddress(settings.address.origin) == settings.address, "the address \(settings.address.origin)")
    let isPlain = settings.address.origin.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    try require(isPlain, "no browser calls it so: \(settings.address.origin)")
    try require(
        EmailAddress(rawValue: settings.mailFrom.rawValue) == settings.mailFrom, "mail from \(settings.mailFrom)")
    try require((1...64).contains(settings.workers), "\(settings.workers) workers")
    try require((0...3600).contains(settings.drainSeconds), "\(settings.drainSeconds) seconds")
    try require((1...100_000).contains(settings.maxStreams ?? 1), "\(settings.maxStreams ?? 0) streams")
    try require(settings.metrics.token != "", "an empty token")
    try require(!settings.metrics.admits(nil, from: ""), "strangers may read the metrics")
    try require(!settings.metrics.admits("Bearer ", from: ""), "an empty token opens the metrics")
    let texts = [settings.database, settings.tables, settings.templates, settings.publicFiles, settings.socket]
    try require(texts.allSatisfy { !$0.isEmpty }, "an empty path")
}
