import Testing
import Tokenizer

/// Figures of OpenAI's cookbook, "How to count tokens with tiktoken", which compared them with the API's own.
@Suite struct PromptCounterTests {
    private let counter = PromptCounter(TestTables.counters)

    private let jargon = [
        PromptMessage(
            role: "system",
            text: "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."),
        PromptMessage(role: "system", text: "New synergies will help drive top-line growth.", name: "example_user"),
        PromptMessage(
            role: "system", text: "Things working well together will increase revenue.", name: "example_assistant"),
        PromptMessage(
            role: "system",
            text:
                "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
            name: "example_user"),
        PromptMessage(
            role: "system", text: "Let's talk later when we're less busy about how to do better.",
            name: "example_assistant"),
        PromptMessage(
            role: "user",
            text: "This late pivot means we don't have time to boil the ocean for the client deliverable."),
    ]

    private let weather = [
        PromptMessage(
            role: "system", text: "You are a helpful assistant that can answer to questions about the weather."),
        PromptMessage(role: "user", text: "What's the weather like in San Francisco?"),
    ]

    private let weatherTool = PromptTool(
        name: "get_current_weather", description: "Get the current weather in a given location",
        parameters: ToolSchema(
            type: "object",
            properties: [
                .init(
                    name: "location",
                    schema: ToolSchema(type: "string", description: "The city and state, e.g. San Francisco, CA")),
                .init(
                    name: "unit",
                    schema: ToolSchema(
                        type: "string", description: "The unit of temperature to return",
                        allowedValues: ["celsius", "fahrenheit"])),
            ],
            required: ["location"]))

    @Test func messagesWithNamesCountAsTheAPICounts() {
        #expect(counter.count(messages: jargon, model: "gpt-4").total == 129)
        #expect(counter.count(messages: jargon, model: "gpt-4o").total == 124)
    }

    @Test func toolsCountAsTheAPICounts() {
        #expect(counter.count(messages: weather, tools: [weatherTool], model: "gpt-4").total == 105)
        #expect(counter.count(messages: weather, tools: [weatherTool], model: "gpt-4o").total == 101)
    }

    @Test func theTextIsKeptApartFromItsOverhead() {
        let count = counter.count(messages: [PromptMessage(role: "user", text: "Hello, world!")], model: "gpt-4o")
        #expect(count == PromptCount(text: 4, total: 4 + 3 + 1 + 3))
    }

    @Test func anEmptyPromptCostsThePrimer() {
        #expect(counter.count(messages: [], model: "gpt-4o") == PromptCount(text: 0, total: 3))
    }

    @Test func toolChoiceCosts() {
        func total(_ choice: PromptToolChoice) -> Int {
            counter.count(messages: weather, tools: [weatherTool], toolChoice: choice, model: "gpt-4").total
        }
        #expect(total(.required) == 105)
        #expect(total(.none) == 106)
        #expect(total(.function(name: "get_current_weather")) == 105 + 7 + 3)
    }

    @Test func nestedToolsAreRenderedAsTypeScript() {
        let nested = ToolSchema(
            type: "object",
            properties: [
                .init(name: "tags", schema: ToolSchema(type: "array", items: ToolSchema(type: "string"))),
                .init(
                    name: "range",
                    schema: ToolSchema(
                        type: "object", description: "Where",
                        properties: [.init(name: "from", schema: ToolSchema(type: "integer"))], required: ["from"])),
                .init(name: "anything", schema: ToolSchema(type: nil)),
            ],
            required: ["range"])
        let text = """
            namespace functions {

            type search = (_: {
            tags?: string[],
            // Where
            range: {
              from: number,
            },
            anything?: any,
            }) => any;

            // Says now
            type now = () => any;

            } // namespace functions
            """
        let tools = [
            PromptTool(name: "search", parameters: nested), PromptTool(name: "now", description: "Says now"),
        ]
        let plain = counter.count(messages: [], model: "gpt-4o").total
        let rendered = TestTables.counters[.o200kBase].count(text)
        #expect(counter.count(messages: [], tools: tools, model: "gpt-4o").total == plain + rendered + 9)
    }

    @Test func anUnknownModelIsMarkedApproximate() {
        #expect(counter.count(text: "Hello", model: "claude-sonnet-4-5").doubts == [.unknownTokenizer])
        #expect(counter.count(messages: weather, model: "llama3").doubts == [.unknownTokenizer])
        #expect(counter.count(messages: weather, model: "gpt-oss-20b").doubts == [.unknownChatFormat])
        #expect(counter.count(text: "Hello", model: "gpt-oss-20b").isExact)
    }

    @Test func anEncodingThatWasSetForAModelIsTaken() {
        let count = counter.count(text: "naïve 東京", model: "house-model", encoding: .cl100kBase)
        #expect(count.isExact)
        #expect(count.total == TestTables.counters[.cl100kBase].count("naïve 東京"))
    }

    @Test func whatCannotBeCountedExactlySaysWhy() {
        let call = PromptToolCall(name: "now", arguments: "{}")
        let assistant = PromptMessage(role: "assistant", content: [], toolCalls: [call])
        #expect(counter.count(messages: [assistant], model: "gpt-4o").doubts == [.toolCalls])

        let audio = PromptMessage(role: "user", content: [.uncountable(kind: "input_audio")])
        let heard = counter.count(messages: [audio], model: "gpt-4o")
        #expect(heard.doubts == [.uncountable(kind: "input_audio")])
        #expect(heard.doubts.first?.explanation.contains("input_audio") == true)
    }

    @Test func specialTokensInAPromptAreText() {
        let typed = counter.count(text: "<|endoftext|>", model: "gpt-4o")
        #expect(typed.total == 7)
    }
}
