import Foundation
import Glibc
import Testing

/// A real nginx in front of a FastCGI socket, on a unix socket of its own.
struct Nginx: Sendable {
    let socketPath: String

    private static let program =
        (ProcessInfo.processInfo.environment["PATH", default: ""] + ":/usr/sbin").split(separator: ":")
        .map { directory -> String in "\(directory)/nginx" }.first { access($0, X_OK) == 0 }

    static func with(_ appSocket: String, _ test: (Nginx) async throws -> Void) async throws {
        let program = try #require(program, "nginx is missing: apt-get install nginx-light")
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let nginx = Nginx(socketPath: folder.path + "/http.sock")
        try nginx.configuration(in: folder.path, appSocket).write(
            toFile: folder.path + "/nginx.conf", atomically: false, encoding: .utf8)
        // The program goes into the background, and this one ends, once it listens.
        let child = try ChildProcess(program, ["-p", folder.path, "-c", "nginx.conf", "-e", "error.log"])
        let status = try await child.waitUntilEnded()
        let complaint = try await child.rest()
        try #require(status == 0, "nginx does not start: \(complaint)")
        let pid = try #require(
            pid_t(try String(contentsOfFile: folder.path + "/pid", encoding: .utf8).filter(\.isNumber)))
        defer { kill(pid, SIGTERM) }
        try await test(nginx)
    }

    /// Of nginx's own fastcgi_params only what this server reads.
    private func configuration(in folder: String, _ appSocket: String) -> String {
        """
        \(getuid() == 0 ? "user root;" : "")
        worker_processes 1;
        pid pid;
        worker_rlimit_nofile 4096;
        events { worker_connections 2000; }
        http {
            access_log off;
            client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            client_max_body_size 8m;
            large_client_header_buffers 4 32k;
            server {
                listen unix:\(socketPath) backlog=1024;
                location / {
                    fastcgi_pass unix:\(appSocket);
                    fastcgi_param REQUEST_METHOD $request_method;
                    fastcgi_param REQUEST_URI $request_uri;
                    fastcgi_param REQUEST_SCHEME $scheme;
                    fastcgi_param HTTPS $https if_not_empty;
                    fastcgi_param CONTENT_TYPE $content_type;
                    fastcgi_param CONTENT_LENGTH $content_length;
                    fastcgi_param REMOTE_ADDR $remote_addr;
                    fastcgi_param REQUEST_ID $request_id;
                    fastcgi_param HTTP_PROXY "";
                    fastcgi_buffers 16 16k;
                    fastcgi_buffer_size 16k;
                }
                location /unblanked/ {
                    fastcgi_pass unix:\(appSocket);
                    fastcgi_param REQUEST_METHOD $request_method;
                    fastcgi_param REQUEST_URI $request_uri;
                }
            }
        }
        """
    }

    /// One request over a connection of its own, and its response to the end.
    func response(
        _ method: String = "GET", _ target: String = "/", _ headers: [String] = ["Host: chat.example"],
        body: String = ""
    ) async throws -> HTTPReply {
        try await blocking {
            let connection = try open(method, target, headers, body: body)
            defer { close(connection) }
            var bytes: [UInt8] = []
            while let more = try receiveSome(from: connection) { bytes += more }
            return HTTPReply(bytes)
        }
    }

    /// Sends a request. The connection ends with the response.
    func open(_ method: String, _ target: String, _ headers: [String], body: String = "") throws -> Int32 {
        let connection = try connectUnix(socketPath)
        let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
        let head = (["\(method) \(target) HTTP/1.1", "Connection: close"] + headers + length).joined(separator: "\r\n")
        try sendAll(Array((head + "\r\n\r\n" + body).utf8), to: connection)
        return connection
    }
}

struct HTTPReply: Sendable {
    var head: [String]
    /// As it came; with its chunks' lengths, if it came in chunks.
    var body: String

    init(_ bytes: [UInt8]) {
        let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")
        head = parts[0].components(separatedBy: "\r\n")
        body = parts.dropFirst().joined(separator: "\r\n\r\n")
    }

    var status: Int? { head.first.flatMap { Int($0.dropFirst("HTTP/1.1 ".count).prefix(3)) } }
}
