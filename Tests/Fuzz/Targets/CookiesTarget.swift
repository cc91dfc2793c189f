import Core
import Foundation
import HTTPTypes
import Hummingbird

@testable import Web

extension Property {
    /// Whatever a browser sends as cookies and as the page to go back to, nothing but a session of our own and a path of
    /// our own is read in it, and what we send ourselves comes back as it was.
    static let cookies = Property(name: "cookies", maxBytes: 2000) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        for address in ["https://chat.example.org", "http://localhost:8080"].compactMap(PublicAddress.init) {
            let cookies = SiteCookies(address: address)
            try checkSession(cookies, text)
            try checkNotice(cookies, text)
        }
        try checkReturnPath(text)
    }
}

private func request(_ cookies: String) -> Request {
    let head = HTTPRequest(
        method: .get, scheme: "https", authority: "chat.example.org", path: "/", headerFields: [.cookie: cookies])
    return Request(head: head, body: RequestBody(buffer: .init()))
}

private func checkSession(_ cookies: SiteCookies, _ text: String) throws {
    let asked = request(text)
    // As a header carries it: control characters are spaces there.
    let text = asked.headers[.cookie] ?? ""
    _ = cookies.theme(in: asked)
    _ = cookies.notice(in: asked)
    guard let token = cookies.session.token(in: asked) else { return }
    try require(text.contains(cookies.session.name + "=" + token.rawValue), "a session out of nowhere")
    let names = text.utf8.split(separator: UInt8(ascii: ";")).filter {
        $0.drop { $0 == UInt8(ascii: " ") }.starts(with: "\(cookies.session.name)=".utf8)
    }
    try require(names.count == 1, "one session of \(names.count)")
    let sent = cookies.session.set(token).description.prefix { $0 != ";" }
    try require(cookies.session.token(in: request(String(sent))) == token, "\(sent) does not come back")
}

/// A notice may say anything that we say; one that says nothing is none.
private func checkNotice(_ cookies: SiteCookies, _ text: String) throws {
    let sent = cookies.notice(text).description
    try require(sent.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "a cookie that no header can carry: \(sent)")
    let pair = String(sent.prefix { $0 != ";" })
    let read = cookies.notice(in: request(pair))
    try require(read ?? "" == String(text.prefix(300)), "the notice \(text) comes back as \(read ?? "nothing")")
}

private func checkReturnPath(_ text: String) throws {
    guard let path = ReturnPath(text) else { return }
    let bytes = Array(path.path.utf8)
    try require(bytes.first == UInt8(ascii: "/") && bytes.count <= 1000, "the path \(path.path)")
    try require(bytes.count == 1 || !"/\\".utf8.contains(bytes[1]), "another host: \(path.path)")
    try require(bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }, "the path \(path.path)")
    try require(path.encoded.removingPercentEncoding == path.path, "\(path.path) is encoded as \(path.encoded)")
    _ = path.chat
}
