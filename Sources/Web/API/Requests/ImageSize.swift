import Foundation
import Tokenizer

/// Reads how large an image is from its first bytes, as far as its price needs it; nothing of it is decoded.
///
/// Sources: PNG (W3C), 11.2.1; GIF89a, 18; JPEG (ITU T.81), B.2.2; WebP (RFC 9649), 2.
enum ImageSize {
    /// More than any header is long, and short enough to look into.
    private static let enough = 512 * 1024

    /// Nil for an address that is no data URL, and for an image that nobody here knows.
    static func ofDataURL(_ url: String) -> PromptImage.Size? {
        guard url.utf8.starts(with: "data:".utf8), let comma = url.utf8.firstIndex(of: UInt8(ascii: ",")),
            url[..<comma].hasSuffix(";base64")
        else { return nil }
        let text = url.utf8[url.utf8.index(after: comma)...].prefix(enough / 4 * 4)
        guard let data = Data(base64Encoded: Data(text), options: .ignoreUnknownCharacters) else { return nil }
        return of(Array(data))
    }

    static func of(_ bytes: [UInt8]) -> PromptImage.Size? {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            // Decoders skip what they do not know, and would find the header behind another chunk.
            guard bytes.dropFirst(12).starts(with: "IHDR".utf8) else { return nil }
            return size(bytes.big(at: 16, bytes: 4), bytes.big(at: 20, bytes: 4))
        }
        if bytes.starts(with: "GIF8".utf8) {
            return size(bytes.little(at: 6, bytes: 2), bytes.little(at: 8, bytes: 2))
        }
        if bytes.starts(with: [0xFF, 0xD8]) { return ofJPEG(bytes) }
        if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) { return ofWebP(bytes) }
        return nil
    }

    private static func size(_ width: Int?, _ height: Int?) -> PromptImage.Size? {
        guard let width, let height, width > 0, height > 0 else { return nil }
        return PromptImage.Size(width: width, height: height)
    }

    /// Goes from segment to segment up to the one that begins the frame.
    private static func ofJPEG(_ bytes: [UInt8]) -> PromptImage.Size? {
        var position = 2
        while let marker = bytes.big(at: position, bytes: 2), marker >> 8 == 0xFF {
            // Any number of bytes may fill up the room before a marker.
            guard marker != 0xFFFF else {
                position += 1
                continue
            }
            let isFrame = (0xC0...0xCF).contains(marker & 0xFF) && ![0xC4, 0xC8, 0xCC].contains(marker & 0xFF)
            if isFrame { return size(bytes.big(at: position + 7, bytes: 2), bytes.big(at: position + 5, bytes: 2)) }
            guard let length = bytes.big(at: position + 2, bytes: 2), length >= 2 else { return nil }
            position += 2 + length
        }
        return nil
    }

    private static func ofWebP(_ bytes: [UInt8]) -> PromptImage.Size? {
        switch String(decoding: bytes.dropFirst(12).prefix(4), as: UTF8.self) {
        case "VP8X":
            size(bytes.little(at: 24, bytes: 3).map { $0 + 1 }, bytes.little(at: 27, bytes: 3).map { $0 + 1 })
        case "VP8L":
            size(
                bytes.little(at: 21, bytes: 4).map { $0 & 0x3FFF + 1 },
                bytes.little(at: 21, bytes: 4).map { $0 >> 14 & 0x3FFF + 1 })
        case "VP8 ":
            size(
                bytes.little(at: 26, bytes: 2).map { $0 & 0x3FFF }, bytes.little(at: 28, bytes: 2).map { $0 & 0x3FFF })
        default: nil
        }
    }
}

extension [UInt8] {
    /// Nil where there are not so many bytes.
    fileprivate func big(at position: Int, bytes: Int) -> Int? {
        guard position + bytes <= count else { return nil }
        return self[position..<position + bytes].reduce(0) { $0 << 8 | Int($1) }
    }

    fileprivate func little(at position: Int, bytes: Int) -> Int? {
        guard position + bytes <= count else { return nil }
        return self[position..<position + bytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
