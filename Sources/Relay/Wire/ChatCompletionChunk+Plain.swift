/// Reading without `JSONDecoder`, which took a tenth of a busy worker's time.
extension ChatCompletionChunk {
    /// The chunk, where it has the form that nearly every chunk of a stream has.
    ///
    /// Nil where it is not JSON, holds a `usage`, an `error` or a whole message, says something twice or in another type,
    /// or in another way that `PlainJSON` does not read: then the decoder decides. What is given must be what the decoder
    /// would give; a test compares the two.
    init?(plain json: [UInt8]) {
        let chunk = json.withUnsafeBufferPointer { bytes in
            var reader = PlainJSON(bytes)
            let chunk = reader.chunk()
            return reader.isAtEnd ? chunk : nil
        }
        guard let chunk else { return nil }
        self = chunk
    }
}

extension PlainJSON {
    fileprivate mutating func chunk() -> ChatCompletionChunk? {
        var chunk = ChatCompletionChunk()
        var seen = Seen()
        let isPlain = object { reader, key in
            if key.is("model") { return seen.first(1) && reader.string(into: &chunk.model) }
            if key.is("choices") { return seen.first(2) && reader.choices(into: &chunk.choices) }
            if key.is("usage") || key.is("error") { return reader.take("null") }
            return reader.skip()
        }
        return isPlain ? chunk : nil
    }

    private mutating func choices(into choices: inout [ChatCompletionChunk.Choice]?) -> Bool {
        if take("null") { return true }
        var read: [ChatCompletionChunk.Choice] = []
        let isPlain = array { reader in
            guard let choice = reader.choice() else { return false }
            read.append(choice)
            return true
        }
        choices = read
        return isPlain
    }

    private mutating func choice() -> ChatCompletionChunk.Choice? {
        var choice = ChatCompletionChunk.Choice()
        var seen = Seen()
        let isPlain = object { reader, key in
            if key.is("index") { return seen.first(1) && reader.digit(into: &choice.index) }
            if key.is("delta") { return seen.first(2) && reader.message(into: &choice.delta) }
            if key.is("finish_reason") { return seen.first(4) && reader.string(into: &choice.finishReason) }
            if key.is("message") { return reader.take("null") }
            return reader.skip()
        }
        return isPlain ? choice : nil
    }

    private mutating func message(into message: inout ChatCompletionChunk.Message?) -> Bool {
        if take("null") { return true }
        var read = ChatCompletionChunk.Message()
        var seen = Seen()
        let isPlain = object { reader, key in
            if key.is("content") { return seen.first(1) && reader.string(into: &read.content) }
            if key.is("refusal") { return seen.first(2) && reader.string(into: &read.refusal) }
            if key.is("reasoning_content") { return seen.first(4) && reader.string(into: &read.reasoningContent) }
            if key.is("reasoning") { return seen.first(8) && reader.string(into: &read.reasoning) }
            return reader.skip()
        }
        message = read
        return isPlain
    }

    /// Which keys of an object have come.
    private struct Seen {
        private var keys: UInt8 = 0

        mutating func first(_ key: UInt8) -> Bool {
            defer { keys |= key }
            return keys & key == 0
        }
    }
}
