import Foundation
import Tokenizer

extension PromptImage {
    /// - Parameter address: of the image, or the image itself as a data URL.
    ///
    /// Only a PNG in the request itself tells its size here; any other image counts as the largest.
    init(_ address: String, detail: String?) {
        self.init(size: Size(png: address), detail: detail.flatMap(Detail.init) ?? .auto)
    }
}

extension PromptImage.Size {
    private static let scheme = "data:image/png;base64,"
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The width and the height stand behind the signature and the first chunk's length and name (PNG, W3C, 11.2.1).
    fileprivate init?(png address: String) {
        guard address.hasPrefix(Self.scheme) else { return nil }
        let text = address.utf8.dropFirst(Self.scheme.utf8.count).prefix(32)
        guard let bytes = Data(base64Encoded: Data(text)).map(Array.init), bytes.count == 24,
            bytes.starts(with: Self.signature)
        else { return nil }
        self.init(width: Self.number(bytes[16..<20]), height: Self.number(bytes[20..<24]))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
