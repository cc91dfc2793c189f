import Core
import Foundation
import Testing
import Tokenizer

@testable import sluice

/// The gate's meter with the tables that `make vocabulary` built.
struct PromptMeterTests {
    private let meter: PromptMeter
    private let known = MeteredModel(name: "gpt-4o")

    init() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        meter = PromptMeter(try TokenCounters(directory: root.appendingPathComponent("var/vocabulary").path))
    }

    @Test func aTextCountsAsTiktokenCounts() {
        #expect(meter.count("Hello, world!", for: known) == exact(4))
        #expect(meter.count("", for: known) == exact(0))
    }

    @Test func aModelThatNobodyKnowsIsAnEstimateUntilItsEncodingIsSet() {
        let unknown = MeteredModel(name: "our-own")
        #expect(!meter.count("Hello, world!", for: unknown).isExact)
        #expect(meter.count("Hello, world!", for: MeteredModel(name: "our-own", encoding: "o200k_base")) == exact(4))
    }

    @Test func aConversationCountsTheSameHoweverItCame() {
        let page = meter.count([ChatMessage(role: .user, content: "Hello, world!")], for: known)
        let program = measure(.init(messages: [PromptMessage(role: "user", text: "Hello, world!")]))
        // Three around the message, one for the role, three that open the reply.
        #expect(page == exact(11))
        #expect(program == PromptMeasure(count: page))
    }

    @Test func whatReachesTheModelInAFormNobodyPublishesCountsByItselfAndIsAnEstimate() {
        let messages = [PromptMessage(role: "user", text: "Hello, world!")]
        let measure = measure(.init(messages: messages, extras: ["Hello, world!", "Hello, world!"]))
        #expect(measure.count == TokenCount(tokens: 19, isExact: false))
        #expect(measure.unmeterable == [])
    }

    @Test func textsCountWithoutAnythingAroundThem() {
        let texts = CountablePrompt.Texts(texts: ["Hello, world!", "", "Hello, world!"], tokens: 5)
        #expect(meter.measure(.texts(texts), for: known) == PromptMeasure(count: exact(13)))
    }

    @Test func tokensBeyondCountingStayTheLargestNumber() {
        let texts = CountablePrompt.Texts(texts: ["Hello, world!"], tokens: .max)
        #expect(meter.measure(.texts(texts), for: known).count.tokens == .max)
    }

    // MARK: Parts

    @Test func anImageCountsByItsPriceAndIsAnEstimate() {
        let image = PromptImage(size: .init(width: 512, height: 512), detail: .high)
        let bare = measure(.init(messages: [PromptMessage(role: "user", content: [])]))
        let priced = measure(.init(messages: [PromptMessage(role: "user", content: [.image(image)])]))
        // A tile and what is around it: <https://platform.openai.com/docs/guides/images-vision>.
        #expect(priced.count == TokenCount(tokens: bare.count.tokens + 85 + 170, isExact: false))
        #expect(priced.unmeterable == [])
    }

    @Test func whatWouldBeHadForNothingIsNamed() {
        let content: [PromptContent] = [
            .text("Hello"), .image(PromptImage(size: .init(width: 512, height: 512))),
            .uncountable(kind: "input_audio"),
            .uncountable(kind: "file"),
        ]
        let chat = CountablePrompt.Chat(messages: [PromptMessage(role: "user", content: content)])
        let unmeterable = meter.measure(.chat(chat), for: MeteredModel(name: "our-own")).unmeterable
        #expect(
            unmeterable == [
                "a part of the kind “file” cannot be counted here",
                "a part of the kind “input_audio” cannot be counted here",
                "an image has no known price for this model",
            ])
    }

    @Test func earlierCallsAndToolsCountAndAreMetered() {
        let call = PromptToolCall(name: "look_up", arguments: "{\"city\":\"Rome\"}")
        let plain = measure(.init(messages: [PromptMessage(role: "assistant", text: "Hi")]))
        let calling = measure(
            .init(messages: [PromptMessage(role: "assistant", content: [.text("Hi")], toolCalls: [call])]))
        #expect(calling.count.tokens > plain.count.tokens && !calling.count.isExact)
        let tooled = measure(
            .init(messages: [PromptMessage(role: "assistant", text: "Hi")], tools: [PromptTool(name: "look_up")]))
        #expect(tooled.count.tokens > plain.count.tokens)
        #expect(calling.unmeterable == [] && tooled.unmeterable == [])
    }

    private func measure(_ chat: CountablePrompt.Chat) -> PromptMeasure { meter.measure(.chat(chat), for: known) }

    private func exact(_ tokens: Int64) -> Core.TokenCount { TokenCount(tokens: tokens, isExact: true) }
}
