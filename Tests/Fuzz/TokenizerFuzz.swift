// Built by `make fuzz` with libFuzzer and the address sanitizer, together with the sources of the room `Tokenizer`.
// SLUICE_TABLES names the directory of the token tables.

import Glibc

private let counters: TokenCounters = {
    do {
        return try TokenCounters(directory: String(cString: getenv("SLUICE_TABLES")))
    } catch {
        fatalError("\(error)")
    }
}()

/// Any bytes at all have one count: the same at once, listed, and in chunks cut anywhere.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTokenizer(_ start: UnsafePointer<UInt8>, _ length: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: length)
    for encoding in Encoding.allCases {
        let counter = counters[encoding]
        let count = counter.count(utf8: bytes)
        precondition(counter.encode(String(decoding: bytes, as: UTF8.self)).count == count)
        precondition(inChunks(bytes, counter) == count)
    }
    return 0
}

/// Chunk lengths come from the input itself.
private func inChunks(_ bytes: UnsafeBufferPointer<UInt8>, _ counter: TokenCounter) -> Int {
    var running = RunningCount(counter, lookEvery: 16)
    var position = 0
    while position < bytes.count {
        let end = min(bytes.count, position + 1 + Int(bytes[position] & 31))
        running.append(bytes[position..<end])
        position = end
    }
    precondition(running.lowerBound <= running.total())
    return running.total()
}
