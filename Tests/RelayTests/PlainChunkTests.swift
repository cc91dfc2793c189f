import Foundation
import Testing

@testable import Relay

/// The quick reader beside the decoder: it may leave a chunk to the decoder, but never read it in another way.
struct PlainChunkTests {
    /// What upstreams send token by token.
    private static let plain = [
        #"{"id":"c","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"}"#,
        #"{"choices":[{"index":0,"delta":{"content":" the\n\"gate\" \\ \/ é 水 🌊 \u00e9\u6c34"},"finish_reason":null}]}"#,
        #"{"choices":[{"index":0,"delta":{"reasoning_content":"Hm","reasoning":"Hm","content":null},"finish_reason":"stop"}]}"#,
        #"{"choices":[],"model":"m"}"#,
        "{ \"choices\" : [ { \"index\" : 0 ,\r\n\t\"delta\" : { } , \"x\" : [ { } , [ ] , 0 , 12 , true , false , null ] } ] }",
        "{}",
    ]

    /// What it must leave alone, or may.
    private static let others = [
        #"{"choices":[{"delta":{"content":"\ud83c\udf0a"}}]}"#, #"{"choices":[{"delta":{"content":"\ud83c"}}]}"#,
        #"{"model":"a","model":"b"}"#, #"{"model":null,"model":"b"}"#, #"{"m\u006fdel":"a"}"#, #"{"model":7}"#,
        #"{"usage":{"prompt_tokens":1,"completion_tokens":2}}"#, #"{"error":{"message":"no"}}"#,
        #"{"choices":[{"message":{"content":"whole"}}]}"#, #"{"choices":[{"index":1.0,"delta":{"content":"a"}}]}"#,
        #"{"choices":[{"index":-1}]}"#, #"{"choices":[{"index":12}]}"#, #"{"a":01}"#, #"{"a":-1}"#, #"{"a":1e3}"#,
        #"{"a":1.5}"#, #"{"a":.5}"#, #"{"a":123456789012345678901234567890}"#, #"{"a":"\u0000\b\f"}"#, #"{"a":"\x"}"#,
        #"{"a":tru}"#, #"{"a":nulls}"#, #"{"a":1,}"#, #"{"a":[1,]}"#, #"{,}"#, #"{"a" 1}"#, #"{"a":1}}"#, #"{"a":1} x"#,
        #"{"model":"a"#, #"{"model":"\"#, #"{"model":"\u00"#, "{\"model\":\"a\tb\"}", "\u{FEFF}{}", "[]", "null", "",
        " {}",
        String(repeating: #"{"a":"#, count: 400),
        #"{"a":"# + String(repeating: "[", count: 300) + String(repeating: "]", count: 300) + "}",
    ]

    @Test(arguments: plain)
    func readsWhatIsSentForAToken(json: String) throws {
        let chunk = try #require(ChatCompletionChunk(plain: Array(json.utf8)))
        #expect(Self.words(chunk) == Self.words(try Self.decoded(Array(json.utf8))))
    }

    @Test(arguments: others)
    func differsInNothingFromTheDecoder(json: String) {
        Self.compare(Array(json.utf8))
    }

    @Test func differsInNothingWhereBytesAreChangedAtRandom() {
        var random = SystemRandomNumberGenerator()
        let samples = Self.plain + Self.others.filter { $0.utf8.count < 500 }
        let alphabet = Array(#"{}[]",:\/u0159-.eEntrfals é\#u{7}"#.utf8) + [0x80, 0xC3, 0xFF]
        var read = 0
        for round in 0..<20_000 {
            var json = Array(samples[round % samples.count].utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) where !json.isEmpty {
                let place = json.indices.randomElement(using: &random)!
                switch Int.random(in: 0...2, using: &random) {
                case 0: json[place] = alphabet.randomElement(using: &random)!
                case 1: json.remove(at: place)
                default: json.insert(alphabet.randomElement(using: &random)!, at: place)
                }
            }
            if Self.compare(json) { read += 1 }
        }
        #expect(read > 1_000)
    }

    /// - Returns: whether the quick reader read it.
    @discardableResult
    private static func compare(_ json: [UInt8]) -> Bool {
        guard let chunk = ChatCompletionChunk(plain: json) else { return false }
        let decoded = (try? Self.decoded(json)).map(words)
        #expect(words(chunk) == decoded, "\(String(decoding: json, as: UTF8.self).debugDescription)")
        return true
    }

    private static func decoded(_ json: [UInt8]) throws -> ChatCompletionChunk {
        try JSONDecoder().decode(ChatCompletionChunk.self, from: Data(json))
    }

    /// Everything in it.
    private static func words(_ chunk: ChatCompletionChunk) -> String {
        var words = ""
        dump(chunk, to: &words)
        return words
    }
}
