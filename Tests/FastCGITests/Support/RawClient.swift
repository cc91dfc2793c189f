import Foundation
import Glibc

/// A FastCGI client that sends records of the test's making over a unix socket, as nginx would or never would.
/// Every call blocks, at most two minutes: call through `blocking`.
struct RawClient: Sendable {
    let descriptor: Int32

    init(_ path: String) throws {
        descriptor = try connectUnix(path)
    }

    func close() {
        Glibc.close(descriptor)
    }

    func send(_ bytes: [UInt8]) throws {
        try sendAll(bytes, to: descriptor)
    }

    /// All the bytes of the response up to its end.
    func reply() throws -> CGIReply {
        var output: [UInt8] = []
        while let record = try nextRecord() {
            if record.type == .stdout { output += record.content }
            if record.type == .endRequest { return CGIReply(output: output, isComplete: true) }
        }
        return CGIReply(output: output, isComplete: false)
    }

    /// The content of the next record with output. Nil at the end.
    func nextOutput() throws -> String? {
        while let record = try nextRecord() {
            if record.type == .stdout, !record.content.isEmpty {
                return String(decoding: record.content, as: UTF8.self)
            }
            if record.type == .endRequest { return nil }
        }
        return nil
    }

    private func nextRecord() throws -> Record? {
        guard let head = try receive(exactly: 8) else { return nil }
        let length = Int(head[4]) << 8 | Int(head[5])
        let content = try receive(exactly: length + Int(head[6])) ?? []
        return Record(type: Record.Kind(rawValue: head[1]) ?? .unknown, content: Array(content.prefix(length)))
    }

    private func receive(exactly count: Int) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let more = try receiveSome(from: descriptor, atMost: count - bytes.count) else { return nil }
            bytes += more
        }
        return bytes
    }
}

/// A FastCGI record (https://fastcgi-archives.github.io/FastCGI_Specification.html, section 3.3).
struct Record {
    enum Kind: UInt8 {
        case beginRequest = 1, endRequest = 3, params = 4, stdin = 5, stdout = 6, stderr = 7, getValues = 9
        case unknown = 255
    }

    var type: Kind
    var version: UInt8 = 1
    var id: UInt16 = 1
    var content: [UInt8] = []

    var bytes: [UInt8] {
        let length = content.count
        return [
            version, type.rawValue, UInt8(id >> 8), UInt8(id & 0xFF), UInt8(length >> 8), UInt8(length & 0xFF), 0, 0,
        ] + content
    }

    static func begin(keepsConnection: Bool = false) -> Record {
        Record(type: .beginRequest, content: [0, 1, keepsConnection ? 1 : 0, 0, 0, 0, 0, 0])
    }

    static func params(_ pairs: [(String, String)]) -> Record {
        Record(type: .params, content: pairs.flatMap { pair(Array($0.utf8), Array($1.utf8)) })
    }

    static func pair(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
        length(name.count) + length(value.count) + name + value
    }

    private static func length(_ count: Int) -> [UInt8] {
        count < 128
            ? [UInt8(count)]
            : [UInt8(count >> 24) | 0x80, UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)]
    }
}

/// A whole request as records.
func requestBytes(
    _ method: String = "GET", _ target: String = "/", _ extra: [(String, String)] = [], body: [UInt8] = []
) -> [UInt8] {
    let pairs = [("REQUEST_METHOD", method), ("REQUEST_URI", target), ("REMOTE_ADDR", "192.0.2.7")] + extra
    let pieces = stride(from: 0, to: body.count, by: 32_768).map { Array(body[$0..<min($0 + 32_768, body.count)]) }
    let records =
        [.begin(), .params(pairs), Record(type: .params)] + pieces.map { Record(type: .stdin, content: $0) }
        + [Record(type: .stdin)]
    return records.flatMap(\.bytes)
}

/// A CGI response taken apart.
struct CGIReply {
    /// What came before the empty line, line by line.
    var head: [String]
    var body: String
    /// Whether the request was ended in good order, not cut.
    var isComplete: Bool

    init(output: [UInt8], isComplete: Bool) {
        let text = String(decoding: output, as: UTF8.self)
        let parts = text.components(separatedBy: "\r\n\r\n")
        head = parts[0].components(separatedBy: "\r\n")
        body = parts.dropFirst().joined(separator: "\r\n\r\n")
        self.isComplete = isComplete
    }

    var status: Int? { head.first.flatMap { Int($0.dropFirst("Status: ".count).prefix(3)) } }
}
