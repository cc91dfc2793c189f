import Core
import Foundation
import Logging
import Synchronization

/// Goes when the value goes.
final class TemporaryFolder: Sendable {
    let path = NSTemporaryDirectory() + "/sluice-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Stands still until it is moved. All tests begin on a Wednesday at noon, UTC.
final class TestClock: TimeSource {
    private let moment = Mutex(Timestamp(milliseconds: 1_767_787_200_000))

    func now() -> Timestamp { moment.withLock { $0 } }

    func advance(seconds: Int64) {
        moment.withLock { $0 = $0.advanced(bySeconds: seconds) }
    }
}

/// Whether a stream slot is free.
final class Slots: Sendable {
    private let state = Mutex(true)

    var isFree: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Keeps what is logged, as text.
final class RecordedLog: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(record: self) } }

    private struct Handler: LogHandler {
        let record: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = metadata.merging(event.metadata ?? [:]) { $1 }.map { "\($0)=\($1)" }.sorted()
            record.state.withLock { $0.append("\(event.level) \(event.message) \(fields.joined(separator: " "))") }
        }
    }
}
