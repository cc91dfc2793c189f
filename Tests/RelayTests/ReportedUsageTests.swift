import Core
import StrictJSON
import Testing

@testable import Relay

struct ReportedUsageTests {
    @Test func zeroIsZeroAndNotMissing() throws {
        let zero = Usage(promptTokens: 0, completionTokens: 0, source: .reported)
        #expect(try read(#"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#) == zero)
    }

    @Test(arguments: [
        "{}",
        #"{"prompt_tokens":null,"completion_tokens":null}"#,
        #"{"prompt_tokens":5}"#,
        #"{"completion_tokens":5}"#,
        #"{"prompt_tokens":-1,"completion_tokens":5}"#,
        #"{"prompt_tokens":5,"completion_tokens":-1}"#,
        #"{"prompt_tokens":5,"completion_tokens":5,"total_tokens":-1}"#,
        #"{"prompt_tokens":1.5,"completion_tokens":5}"#,
        #"{"prompt_tokens":5,"completion_tokens":9223372036854775808}"#,
        #"{"prompt_tokens":5,"completion_tokens":1e300}"#,
    ])
    func numbersThatCannotBeCountsAreMissing(json: String) throws {
        #expect(try read(json) == nil)
    }

    @Test func absurdlyLargeCountsAreTheGatesToJudge() throws {
        let usage = try read(#"{"prompt_tokens":1,"completion_tokens":9223372036854775807,"total_tokens":5}"#)
        #expect(usage?.completionTokens == .max)
    }

    @Test func reasoningLeftOutOfTheCompletionIsFoundInTheTotal() throws {
        let usage = try read(
            #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":115,"completion_tokens_details":{"reasoning_tokens":100}}"#
        )
        let expected = Usage(promptTokens: 10, completionTokens: 105, reasoningTokens: 100, source: .reported)
        #expect(usage == expected)
    }

    @Test func theCompletionMayBeKnownFromTheTotalAlone() throws {
        #expect(try read(#"{"prompt_tokens":10,"total_tokens":15}"#)?.completionTokens == 5)
    }

    @Test func detailsNeverExceedTheirWhole() throws {
        let usage = try read(
            #"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":11},"completion_tokens_details":{"reasoning_tokens":-3}}"#
        )
        let expected = Usage(promptTokens: 10, completionTokens: 5, cachedPromptTokens: 10, source: .reported)
        #expect(usage == expected)
    }

    private func read(_ json: String) throws -> Usage? {
        try ReportedUsage(completion: JSONDocument(Array(json.utf8)).root).usage
    }
}
