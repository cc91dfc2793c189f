import Testing
import Tokenizer

@Suite struct ModelEncodingTests {
    @Test(arguments: [
        "gpt-5", "gpt-5.2", "gpt-5-mini-2025-08-07", "gpt-4.5-preview", "gpt-4.1", "gpt-4.1-nano", "gpt-4o",
        "gpt-4o-mini", "chatgpt-4o-latest", "o1", "o1-preview", "o3", "o3-mini", "o4-mini", "o4-mini-2025-04-16",
        "ft:gpt-4o-mini-2024-07-18:acme::1", "gpt-oss-120b", "openai/gpt-4o",
    ])
    func newerModelsCountWithO200k(model: String) {
        #expect(ModelEncoding(ofModel: model) == ModelEncoding(encoding: .o200kBase, isExact: true))
    }

    @Test(arguments: [
        "gpt-4", "gpt-4-0613", "gpt-4-32k", "gpt-4-turbo", "gpt-3.5", "gpt-3.5-turbo", "gpt-3.5-turbo-0125",
        "gpt-35-turbo", "gpt-35-turbo-16k", "text-embedding-ada-002", "text-embedding-3-small",
        "text-embedding-3-large", "davinci-002", "ft:gpt-4:acme::1", "ft:gpt-3.5-turbo-0125:acme::1", "openai/gpt-4",
    ])
    func olderModelsCountWithCl100k(model: String) {
        #expect(ModelEncoding(ofModel: model) == ModelEncoding(encoding: .cl100kBase, isExact: true))
    }

    @Test(arguments: [
        "claude-sonnet-4-5", "gemini-2.5-pro", "llama3.1:8b", "mistral-large", "gpt-6", "o11", "my-gpt-4o", "",
        "openai/", "openai/claude", "anthropic/gpt-4o", "GPT-4O",
    ])
    func anyOtherModelIsCountedApproximately(model: String) {
        #expect(ModelEncoding(ofModel: model) == ModelEncoding(encoding: .o200kBase, isExact: false))
    }
}
