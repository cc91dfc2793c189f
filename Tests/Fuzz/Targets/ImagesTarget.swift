import Foundation

@testable import Tokenizer
@testable import Web

extension Property {
    /// The beginning of any file is no image, or one with an area and a price; and the same as a data URL.
    static let images = Property(name: "images", maxBytes: 2000) { bytes in
        let size = ImageSize.of(bytes)
        let url = "data:image/png;base64," + Data(bytes).base64EncodedString()
        try require(ImageSize.ofDataURL(url) == size, "as a data URL it is not \(String(describing: size))")
        _ = ImageSize.ofDataURL(String(decoding: bytes, as: UTF8.self))
        guard let size else { return }
        try require(size.width > 0 && size.height > 0, "\(size)")
        for model in ["gpt-4o", "gpt-4o-mini", "gpt-4.1-mini", "o4-mini"] {
            for detail in [PromptImage.Detail.auto, .low, .high] {
                let tokens = ImageTokens.count(PromptImage(size: size, detail: detail), model: model) ?? 0
                try require((1...100_000).contains(tokens), "\(size) costs \(tokens) tokens of \(model)")
            }
        }
    }
}
