import Foundation
import Glibc
import Logging
import StrictJSON

/// Log lines as JSON objects on standard error, one write each, so that lines of several workers do not mix.
///
/// Text from outside is escaped by the writer of JSON: nobody forges a line.
struct JSONLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let label: String

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = line(of: event, at: .now, by: getpid())
        line.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Members in the order of their names, and the line's end.
    func line(of event: LogEvent, at moment: Date, by process: pid_t) -> [UInt8] {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let line = JSONValue.object([
            .init("fields", .object(fields.map { .init($0.key, .string("\($0.value)")) })),
            .init("level", .string(event.level.rawValue)),
            .init("logger", .string(label)),
            .init("message", .string("\(event.message)")),
            .init("pid", .number(Int64(process))),
            .init("time", .string(moment.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))),
        ])
        return line.bytes + [UInt8(ascii: "\n")]
    }
}

extension Logger {
    init(label: String, level: String) {
        self.init(label: label) { JSONLogHandler(logLevel: Logger.Level(rawValue: level) ?? .info, label: $0) }
    }
}
