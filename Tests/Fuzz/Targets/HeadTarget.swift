import HTTPTypes

@testable import FastCGI

extension Property {
    /// What nginx passes on of a request, parameter by parameter with a NUL between them, is refused or becomes a head that
    /// nobody downstream can take for something else.
    static let head = Property(name: "head", maxBytes: 2000) { bytes in
        let parameters = bytes.split(separator: 0).map { entry in
            entry.withUnsafeBytes { CGIParameter(entry: $0) }
        }
        guard let head = try? RequestHead(parameters) else { return }
        try checkTarget(head.request)
        try checkFields(head, of: parameters)
        try checkIdentifiers(head)
    }
}

private func checkTarget(_ request: HTTPRequest) throws {
    let path = request.path ?? ""
    try require(path.hasPrefix("/") && path.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }, "the path \(path)")
    try require(["http", "https"].contains(request.scheme), "the scheme \(request.scheme ?? "")")
    try require(!request.method.rawValue.isEmpty, "no method")
    try require(request.authority?.isEmpty != true, "a host of no letters")
}

private func checkFields(_ head: RequestHead, of parameters: [CGIParameter]) throws {
    let fields = head.request.headerFields
    try require(fields.count <= parameters.count, "more fields than parameters")
    for field in fields {
        let isPlain = field.value.utf8.allSatisfy { ($0 >= 0x20 || $0 == 0x09) && $0 != 0x7F }
        try require(isPlain, "a control character in \(field.name)")
        try require(!keptBack.contains(field.name.canonicalName), "\(field.name) is passed on")
    }
    let lengths = fields[values: .contentLength]
    try require(lengths == (head.contentLength.map { [String($0)] } ?? []), "the lengths \(lengths)")
    try require(head.contentLength ?? 0 >= 0, "a negative length")
    try require(fields[fields: .contentType].count <= 1, "two content types")
}

private let keptBack: Set = [
    "proxy", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "host",
]

private func checkIdentifiers(_ head: RequestHead) throws {
    guard let identifier = head.requestID else { return }
    let isPlain = identifier.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D
    }
    try require(isPlain && (1...64).contains(identifier.utf8.count), "the request id \(identifier)")
}
