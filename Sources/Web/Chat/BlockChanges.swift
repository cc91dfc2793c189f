/// Finds what has changed between two renderings of a growing reply.
struct BlockChanges {
    private var sent: [String] = []

    /// The blocks that the browser does not have yet, in order.
    mutating func next(_ blocks: [String]) -> [ChatEvent.Block] {
        defer { sent = blocks }
        return blocks.enumerated().compactMap { index, html in
            index < sent.count && sent[index] == html ? nil : ChatEvent.Block(index: index, html: html)
        }
    }
}

/// Finds the blocks that are certain to be whole, for a page without JavaScript, where nothing can be taken back.
struct WholeBlocks {
    private var count = 0

    /// - Parameter isEnd: whether the reply is whole; else its last block may still grow.
    mutating func next(_ blocks: [String], isEnd: Bool) -> ArraySlice<String> {
        let whole = max(count, isEnd ? blocks.count : blocks.count - 1)
        defer { count = whole }
        return blocks[min(count, blocks.count)..<min(whole, blocks.count)]
    }
}
