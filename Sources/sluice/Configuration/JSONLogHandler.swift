import Foundation
import Glibc
import Logging

/// Log lines as JSON objects on standard error, one write each, so that lines of several workers do not mix.
///
/// Text from outside is escaped by the JSON encoder: nobody forges a line.
struct JSONLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let label: String

    private struct Line: Encodable {
        var time: String
        var level: String
        var logger: String
        var message: String
        var pid: Int32
        var fields: [String: String]
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        let line = Line(
            time: Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            level: event.level.rawValue,
            logger: label, message: "\(event.message)", pid: getpid(), fields: fields)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var bytes = try? encoder.encode(line) else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension Logger {
    init(label: String, level: String) {
        self.init(label: label) { JSONLogHandler(logLevel: Logger.Level(rawValue: level) ?? .info, label: $0) }
    }
}
