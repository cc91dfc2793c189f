import HTMLTestSupport

@testable import Web

extension Property {
    /// Whatever a model writes, each block is balanced HTML of our own tags, no longer than it may be, and the same when the
    /// text arrives in pieces.
    static let markdown = Property(name: "markdown", maxBytes: 4000) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let blocks = Markdown.blocks(of: text)
        for block in blocks { try HTMLOracle.check(block) }
        try checkGrowing(text, blocks)
        try checkCut(text, at: 200)
    }
}

private func checkGrowing(_ text: String, _ blocks: [String]) throws {
    var growing = GrowingMarkdown()
    var rest = text[...]
    var shown: [String] = []
    while !rest.isEmpty {
        rest = rest.dropFirst(1 + Int(rest.utf8.first! & 31))
        shown = growing.blocks(of: String(text[..<rest.startIndex]))
    }
    try require(shown == blocks, "in pieces it is \(shown), else \(blocks)")
}

/// Output that has no room ends early, but well; what is open is closed.
private func checkCut(_ text: String, at maxBytes: Int) throws {
    let rendering = Markdown.render(text, maxOutputBytes: maxBytes)
    for block in rendering.blocks { try HTMLOracle.check(block) }
    if rendering.isCut { return }
    try require(rendering.blocks == Markdown.blocks(of: text), "whole, but not the same: \(rendering.blocks)")
}
