import Core
import Testing

@Suite struct ReplyCapFieldTests {
    @Test(arguments: [
        "https://api.openai.com/v1", "https://eu.api.openai.com/v1", "https://API.OpenAI.com/v1",
        "https://house.openai.azure.com/openai/v1",
    ])
    func openAIIsCappedByTheNewerName(baseURL: String) {
        #expect(UpstreamEndpoint(baseURL: baseURL, apiKey: nil).replyCapField == .maxCompletionTokens)
    }

    @Test(arguments: [
        "http://127.0.0.1:11434/v1", "https://api.mistral.ai/v1", "https://openai.com.example.org/v1",
        "https://notopenai.com/v1", "nonsense", "",
    ])
    func everybodyElseIsCappedByTheNameThatAllKnow(baseURL: String) {
        #expect(UpstreamEndpoint(baseURL: baseURL, apiKey: nil).replyCapField == .maxTokens)
    }
}
