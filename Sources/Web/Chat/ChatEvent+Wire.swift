import Foundation

extension ChatEvent {
    /// The event as `text/event-stream` has it. JSON holds no line break, so one `data:` line is enough.
    func encoded() throws -> String {
        "event: \(name)\ndata: \(try payload())\n\n"
    }

    private var name: String {
        switch self {
        case .wait: "wait"
        case .begin: "begin"
        case .block: "block"
        case .end: "end"
        case .fail: "fail"
        }
    }

    /// In one line.
    private func payload() throws -> String {
        switch self {
        case .wait(let body): try json(body)
        case .begin(let body): try json(body)
        case .block(let body): body.json
        case .end(let body): try json(body)
        case .fail(let body): try json(body)
        }
    }

    private func json(_ body: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(body), as: UTF8.self)
    }
}

extension ChatEvent.Block {
    /// What `JSONEncoder` makes of it. A thousand replies send ten thousand of these a second, which is too many for it.
    fileprivate var json: String {
        var json = Array("{\"html\":\"".utf8)
        json.reserveCapacity(html.utf8.count + html.utf8.count / 8 + 32)
        for byte in html.utf8 { json.append(escaping: byte) }
        json.append(contentsOf: "\",\"index\":\(index)}".utf8)
        return String(decoding: json, as: UTF8.self)
    }
}

extension [UInt8] {
    /// RFC 8259, section 7.
    fileprivate mutating func append(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), byte])
        case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
        case 0..<0x20: append(contentsOf: ("\\u00" + [byte].hexadecimal).utf8)
        default: append(byte)
        }
    }
}
