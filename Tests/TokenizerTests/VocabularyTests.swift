import Foundation
import Testing
import Tokenizer

@Suite struct VocabularyTests {
    private func refusal(of text: String) -> String? {
        #expect(throws: VocabularyError.self) { try Vocabulary(text: Array(text.utf8), encoding: .cl100kBase) }?.reason
    }

    @Test(arguments: [
        ("IQ==", "no rank"), ("IQ== x", "rank no number"), ("IQ== 1", "rank not dense"), ("#!% 0", "no base64"),
        (" 0", "no token"), ("IQ== 0 0", "too many fields"),
    ])
    func aLineThatIsNoTokenIsNamed(text: String, why: String) {
        #expect(refusal(of: text)?.contains("line 1 ") == true, "\(why)")
    }

    @Test func aVocabularyWithTokensMissingIsRefused() {
        #expect(refusal(of: "IQ== 0\nIg== 1\n") == "it has 2 tokens, not the 100256 of cl100k_base")
        #expect(refusal(of: "") == "it has 0 tokens, not the 100256 of cl100k_base")
    }

    @Test func aTableIsTheSameHoweverOftenItIsBuilt() throws {
        let source = TestTables.directory + "/cl100k_base.tiktoken"
        let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: source)))
        let built = try TableBuilder.table(of: Vocabulary(text: text, encoding: .cl100kBase))
        let kept = try Data(contentsOf: URL(fileURLWithPath: TestTables.directory + "/cl100k_base.table"))
        #expect(Data(built) == kept)
    }
}
