import CDescriptors
import Foundation
import Synchronization

/// A TCP server on the loopback that says exactly the bytes a test wants, in blocking calls on a thread for each
/// connection, so that a test's script reads from top to bottom.
public final class RawServer: Sendable {
    public let port: UInt16
    private let listener: Int32
    private let log = Mutex<[String]>([])
    private let accepted = Mutex(0)

    /// - Parameter script: called with each request, complete with its body. The connection stays open for another
    ///   one when it returns.
    public init(_ script: @escaping @Sendable (RawConnection) -> Void) throws {
        (listener, port) = try Self.listen()
        Thread.detachNewThread { [self] in
            while case let socket = descriptors_accept(listener), socket >= 0 {
                accepted.withLock { $0 += 1 }
                Thread.detachNewThread { self.serve(RawConnection(socket), script) }
            }
            close(listener)
        }
    }

    public var baseURL: String { "http://127.0.0.1:\(port)/v1" }
    /// Head and body of every request so far.
    public var requests: [String] { log.withLock { $0 } }
    public var connectionCount: Int { accepted.withLock { $0 } }

    /// The accepting thread then closes the socket itself: no other may, for it would be used after that.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve(_ connection: RawConnection, _ script: @Sendable (RawConnection) -> Void) {
        while !connection.isOver, let request = connection.readRequest() {
            log.withLock { $0.append(request) }
            script(connection)
        }
        connection.close()
    }

    private static func listen() throws -> (listener: Int32, port: UInt16) {
        let (listener, port) = try bind()
        guard Glibc.listen(listener, 128) == 0 else {
            close(listener)
            throw POSIXError(.EADDRNOTAVAIL)
        }
        return (listener, port)
    }

    /// A socket on a free port, which refuses connections.
    fileprivate static func bind() throws -> (socket: Int32, port: UInt16) {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | descriptors_close_on_exec, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Glibc.bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard isBound else {
            close(socket)
            throw POSIXError(.EADDRNOTAVAIL)
        }
        return (socket, UInt16(bigEndian: address.sin_port))
    }
}

/// A port that nobody listens on, and nobody else gets until it is released.
public struct UnusedPort: Sendable {
    public let number: UInt16
    private let socket: Int32

    public init() throws {
        (socket, number) = try RawServer.bind()
    }

    public func release() { close(socket) }
}

/// One connection of a `RawServer`, used by its thread only.
public final class RawConnection {
    private let socket: Int32
    fileprivate private(set) var isOver = false

    fileprivate init(_ socket: Int32) {
        self.socket = socket
        setPatience(milliseconds: 500)
    }

    public func setPatience(milliseconds: Int) {
        var patience = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    /// - Returns: false when the peer is gone, or has taken nothing for as long as the patience lasts: half a second.
    @discardableResult
    public func send(_ bytes: some Sequence<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    public func send(_ text: String) -> Bool {
        send(text.utf8)
    }

    /// Begins a chunked event stream.
    ///
    /// - Parameter first: its first chunk, in the same write; empty for none.
    public func beginStream(_ headers: String = "content-type: text/event-stream\r\n", first: String = "") {
        let head = "HTTP/1.1 200 OK\r\n\(headers)transfer-encoding: chunked\r\n\r\n"
        send(Array(head.utf8) + (first.isEmpty ? [] : Self.framed(Array(first.utf8))))
    }

    @discardableResult
    public func chunk(_ text: String) -> Bool {
        chunk(Array(text.utf8))
    }

    @discardableResult
    public func chunk(_ bytes: [UInt8]) -> Bool {
        send(Self.framed(bytes))
    }

    private static func framed(_ chunk: [UInt8]) -> [UInt8] {
        Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
    }

    public func endStream() {
        send("0\r\n\r\n")
    }

    public func answer(_ status: String, _ headers: String = "", body: String = "") {
        send("HTTP/1.1 \(status)\r\n\(headers)content-length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Ends the connection as a clean close.
    public func end() {
        shutdown(socket, Int32(SHUT_RDWR))
        isOver = true
    }

    /// Ends the connection, when the script returns, so that the peer gets a reset.
    public func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        isOver = true
    }

    fileprivate func close() {
        Glibc.close(socket)
    }

    /// Returns when the peer has closed the connection.
    public func waitForClose() {
        while let byte = readByte() { _ = byte }
    }

    fileprivate func readRequest() -> String? {
        var request: [UInt8] = []
        while !request.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard let byte = readByte() else { return nil }
            request.append(byte)
        }
        for _ in 0..<Self.contentLength(String(decoding: request, as: UTF8.self)) {
            guard let byte = readByte() else { return nil }
            request.append(byte)
        }
        return String(decoding: request, as: UTF8.self)
    }

    private static func contentLength(_ head: String) -> Int {
        let line = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        return line.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
    }

    private func readByte() -> UInt8? {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, 0) == 1 ? byte : nil
    }
}

/// Something that a test waits for, happening once on another thread.
public final class Signal<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    public init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    public func fire(_ value: Value) {
        continuation.yield(value)
    }

    public func wait() async -> Value? {
        await stream.first { _ in true }
    }
}
