import Foundation
import Glibc

/// Runs what blocks outside Swift's cooperative pool, which the server under test needs.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

struct SocketFailure: Error {
    var call: String
    var code: Int32

    init(_ call: String) {
        self.call = call
        code = errno
    }
}

/// Connects, with a limit of two minutes for each later read and write.
func connectUnix(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | 0o2000000, 0)
    guard descriptor >= 0 else { throw SocketFailure("socket") }
    var limit = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    guard code == 0 else {
        close(descriptor)
        throw SocketFailure("connect")
    }
    return descriptor
}

func sendAll(_ bytes: [UInt8], to descriptor: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { throw SocketFailure("send") }
        rest = rest.dropFirst(count)
    }
}

/// Nil at the end, also at an end by reset.
func receiveSome(from descriptor: Int32, atMost count: Int = 65_536) throws -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: max(1, count))
    let received = recv(descriptor, &bytes, count, 0)
    if received == 0, count == 0 { return [] }
    if received < 0, errno != ECONNRESET { throw SocketFailure("recv") }
    return received > 0 ? Array(bytes.prefix(received)) : nil
}

/// A new folder for sockets and files, with a path short enough for a socket.
struct TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/fastcgi-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SocketFailure("mkdtemp") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
