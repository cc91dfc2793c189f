import Foundation

extension ChatEvent {
    /// The event as `text/event-stream` has it. JSON holds no line break, so one `data:` line is enough.
    func encoded() throws -> String {
        "event: \(name)\ndata: \(String(decoding: try payload(), as: UTF8.self))\n\n"
    }

    private var name: String {
        switch self {
        case .begin: "begin"
        case .block: "block"
        case .end: "end"
        case .fail: "fail"
        }
    }

    private func payload() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return switch self {
        case .begin(let body): try encoder.encode(body)
        case .block(let body): try encoder.encode(body)
        case .end(let body): try encoder.encode(body)
        case .fail(let body): try encoder.encode(body)
        }
    }
}
