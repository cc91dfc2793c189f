import Testing
import Tokenizer

/// Worked examples of OpenAI's guide "Images and vision", calculating costs.
@Suite struct ImageTokensTests {
    private let counter = PromptCounter(TestTables.counters)

    private func image(_ width: Int, _ height: Int, _ detail: PromptImage.Detail = .high, model: String) -> Int {
        let image = PromptImage(size: .init(width: width, height: height), detail: detail)
        let message = PromptMessage(role: "user", content: [.image(image)])
        let withImage = counter.count(messages: [message], model: model)
        #expect(withImage.doubts == [.images])
        return withImage.total - counter.count(messages: [PromptMessage(role: "user", content: [])], model: model).total
    }

    @Test func tilesAreCountedAfterTheImageIsFitted() {
        #expect(image(1024, 1024, model: "gpt-4o") == 765)
        #expect(image(2048, 4096, model: "gpt-4o") == 1105)
        #expect(image(4096, 8192, .low, model: "gpt-4o") == 85)
        #expect(image(512, 512, model: "gpt-4o") == 255)
        #expect(image(1, 1, model: "gpt-4o-mini-2024-07-18") == 2833 + 5667)
        #expect(image(1024, 1024, model: "o1") == 75 + 4 * 150)
        #expect(image(1024, 1024, model: "openai/gpt-5") == 70 + 4 * 140)
    }

    @Test func patchesAreCountedUpToTheirBudget() {
        #expect(image(1024, 1024, model: "gpt-4.1-mini") == (1024 * 162 + 99) / 100)
        #expect(image(1800, 2400, model: "o4-mini") == (1452 * 172 + 99) / 100)
        #expect(image(33, 1, model: "gpt-5-nano") == 5)
        #expect(image(1_000_000, 1, model: "gpt-5-mini") <= (1536 * 162 + 99) / 100)
    }

    @Test(arguments: ["claude-sonnet-4-5", "gpt-3.5-turbo", "gpt-4", "o3-mini", "gpt-4o-audio-preview"])
    func aModelWithoutAPublishedPriceSaysSo(model: String) {
        let image = PromptImage(size: .init(width: 10, height: 10), detail: .high)
        let message = PromptMessage(role: "user", content: [.image(image)])
        #expect(counter.count(messages: [message], model: model).doubts.contains(.unpricedImage))
    }

    @Test(arguments: ["gpt-4o", "gpt-4o-mini", "gpt-4.1-mini", "o4-mini"])
    func anImageOfUnknownSizeIsTheDearestThereIs(model: String) {
        func count(_ size: PromptImage.Size?) -> Int {
            let message = PromptMessage(role: "user", content: [.image(PromptImage(size: size))])
            return counter.count(messages: [message], model: model).total
        }
        let known = [(1, 1), (512, 512), (2048, 768), (768, 2048), (4096, 4096), (1800, 2400), (100_000, 100)]
            .map { count(.init(width: $0.0, height: $0.1)) }
        #expect(count(nil) >= known.max()!)
    }

    @Test(arguments: [(0, 10), (-5, 10), (10, 0), (Int.max, Int.max)])
    func anAbsurdSizeDoesNotTrap(width: Int, height: Int) {
        for model in ["gpt-4o", "gpt-4.1-mini"] {
            let image = PromptImage(size: .init(width: width, height: height), detail: .high)
            let message = PromptMessage(role: "user", content: [.image(image)])
            #expect(!counter.count(messages: [message], model: model).isExact)
        }
    }
}
