import HTTPTypes
import Hummingbird

extension Request {
    /// What the request is for, as a program files it: a short tag.
    ///
    /// - Throws: `Failure` for more than one and for anything that is no tag.
    func feature() throws(Failure) -> String? {
        let tags = headers[values: .xSluiceFeature]
        guard let tag = tags.first else { return nil }
        guard tags.count == 1, (1...64).contains(tag.utf8.count), tag.utf8.allSatisfy(\.isOfATag) else {
            throw .invalidRequest(
                "`X-Sluice-Feature` must be one tag of at most 64 letters, digits, dots, dashes and underscores.",
                param: "X-Sluice-Feature")
        }
        return tag
    }
}

extension UInt8 {
    fileprivate var isOfATag: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension HTTPField.Name {
    /// What a request is for: `X-Sluice-Feature: summaries`.
    static let xSluiceFeature = HTTPField.Name("X-Sluice-Feature")!
}
