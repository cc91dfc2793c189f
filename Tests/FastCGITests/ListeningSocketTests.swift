import Foundation
import Glibc
import Testing

@testable import FastCGI

@Suite("The listening socket")
struct ListeningSocketTests {
    @Test func onlyOwnerAndGroupCanConnect() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let socket = try ListeningSocket.bind(path: folder.path + "/s")
        var status = stat()
        stat(folder.path + "/s", &status)
        #expect(status.st_mode & 0o777 == 0o660)
        #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0)
    }

    @Test func aSocketOnWhichSomebodyAnswersIsNotTaken() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let first = try ListeningSocket.bind(path: folder.path + "/s", backlog: 1)
        #expect(throws: ListeningSocket.Failure.self) { try ListeningSocket.bind(path: folder.path + "/s") }
        // Also not while its backlog is full, which the connection of that attempt and this one do.
        let waiting = try RawClient(folder.path + "/s")
        #expect(throws: ListeningSocket.Failure.self) { try ListeningSocket.bind(path: folder.path + "/s") }
        waiting.close()
        withExtendedLifetime(first) {}
    }

    @Test func aSocketLeftByADeadProcessIsReplaced() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let dead = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array((folder.path + "/s").utf8)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(dead, $0, size) }
        }
        Glibc.close(dead)
        #expect(code == 0)
        let socket = try ListeningSocket.bind(path: folder.path + "/s")
        try RawClient(folder.path + "/s").close()
        withExtendedLifetime(socket) {}
    }

    @Test func whatIsNoSocketStaysUntouched() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try "precious".write(toFile: folder.path + "/s", atomically: false, encoding: .utf8)
        #expect(throws: ListeningSocket.Failure.self) { try ListeningSocket.bind(path: folder.path + "/s") }
        #expect(try String(contentsOfFile: folder.path + "/s", encoding: .utf8) == "precious")
    }

    @Test func mistakesAreNamed() throws {
        let long = "/tmp/" + String(repeating: "x", count: 110)
        #expect(throws: ListeningSocket.Failure.self) { try ListeningSocket.bind(path: long) }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        #expect {
            try ListeningSocket.bind(path: folder.path + "/s", group: "no-such-group")
        } throws: { error in
            "\(error)".contains("no-such-group")
        }
    }

    @Test func lettingGoRemovesThePath() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let socket = try ListeningSocket.bind(path: folder.path + "/s")
        socket.letGo()
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/s"))
        #expect(throws: SocketFailure.self) { try RawClient(folder.path + "/s") }
    }
}
