/// Tokens of an image by the formulas that OpenAI publishes ("Images and vision", calculating costs), for the models it
/// publishes them for.
///
/// A model without a published price has none here: an image for it is refused or held by what the upstream reports, but
/// never taken for free.
enum ImageTokens {
    /// Nil where the model has no published price. An image whose size is not known counts as the dearest there is.
    static func count(_ image: PromptImage, model: String) -> Int? {
        let name = model.hasPrefix("openai/") ? String(model.dropFirst("openai/".count)) : model
        if let tiles = price(of: name, in: tilePrices) { return tiles.tokens(of: image) }
        if let patches = price(of: name, in: patchPrices) { return patches.tokens(of: image) }
        return nil
    }

    /// A model's own name or a dated version of it: `gpt-4o`, `gpt-4o-2024-08-06`.
    private static func price<Price>(of model: String, in prices: [String: Price]) -> Price? {
        if let price = prices[model] { return price }
        let parts = model.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count > 3, parts.suffix(3).allSatisfy({ $0.allSatisfy(\.isNumber) }) else { return nil }
        return prices[parts.dropLast(3).joined(separator: "-")]
    }

    private static let tilePrices: [String: TilePrice] = [
        "gpt-4o": TilePrice(base: 85, tile: 170),
        "gpt-4.1": TilePrice(base: 85, tile: 170),
        "gpt-4.5-preview": TilePrice(base: 85, tile: 170),
        "gpt-4o-mini": TilePrice(base: 2833, tile: 5667),
        "gpt-5": TilePrice(base: 70, tile: 140),
        "gpt-5.1": TilePrice(base: 70, tile: 140),
        "gpt-5-chat-latest": TilePrice(base: 70, tile: 140),
        "o1": TilePrice(base: 75, tile: 150),
        "o1-pro": TilePrice(base: 75, tile: 150),
        "o3": TilePrice(base: 75, tile: 150),
    ]

    private static let patchPrices: [String: PatchPrice] = [
        "gpt-4.1-mini": PatchPrice(percent: 162),
        "gpt-4.1-nano": PatchPrice(percent: 246),
        "gpt-5-mini": PatchPrice(percent: 162),
        "gpt-5-nano": PatchPrice(percent: 246),
        "o4-mini": PatchPrice(percent: 172),
    ]
}

/// A base, and so much for each tile of 512 pixels square after the image was made to fit into 2,048 pixels square and
/// then its short side into 768. Small images are not enlarged. Low detail is the base alone.
private struct TilePrice {
    let base: Int
    let tile: Int

    /// Of an image that is 2,048 pixels by 768 when it was made to fit.
    private static let mostTiles = 8

    func tokens(of image: PromptImage) -> Int {
        if image.detail == .low { return base }
        guard let size = image.size, size.width > 0, size.height > 0 else { return base + tile * Self.mostTiles }
        let (width, height) = (Double(size.width), Double(size.height))
        let scale = min(1, 2048 / max(width, height), 768 / min(width, height))
        return base + tile * tiles(width * scale) * tiles(height * scale)
    }

    private func tiles(_ length: Double) -> Int { max(1, Int((length.rounded(.down) / 512).rounded(.up))) }
}

/// The number of patches of 32 pixels square, times a factor; an image of more than 1,536 patches is made smaller until it
/// has no more, a whole number of patches on one side.
private struct PatchPrice {
    let percent: Int

    private static let budget = 1536.0

    func tokens(of image: PromptImage) -> Int {
        guard let size = image.size, size.width > 0, size.height > 0 else { return tokens(Self.budget) }
        let (width, height) = (Double(size.width), Double(size.height))
        let scale = patches(width) * patches(height) > Self.budget ? fitting(width, height) : 1
        return tokens(min(Self.budget, patches(width * scale) * patches(height * scale)))
    }

    private func tokens(_ patches: Double) -> Int { (Int(patches) * percent + 99) / 100 }

    private func patches(_ length: Double) -> Double { max(1, (length / 32).rounded(.up)) }

    private func fitting(_ width: Double, _ height: Double) -> Double {
        let scale = (32 * 32 * Self.budget / (width * height)).squareRoot()
        let (across, down) = (width * scale / 32, height * scale / 32)
        return scale * min(max(1, across.rounded(.down)) / across, max(1, down.rounded(.down)) / down)
    }
}
