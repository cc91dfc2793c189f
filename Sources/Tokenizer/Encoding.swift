/// A byte-pair encoding of OpenAI's models.
///
/// Only ordinary text is counted: a special token that a person types, such as `<|endoftext|>`, is text like any other
/// (tiktoken's `encode_ordinary`).
public enum Encoding: String, CaseIterable, Sendable, Codable {
    case o200kBase = "o200k_base"
    case cl100kBase = "cl100k_base"

    /// SHA-256 of OpenAI's own vocabulary file `<rawValue>.tiktoken`, as lower-case hexadecimal: the anchor of trust,
    /// whoever carried the file (tiktoken 0.14, `openai_public.py`).
    public var vocabularySHA256: String {
        switch self {
        case .o200kBase: "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
        case .cl100kBase: "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
        }
    }

    /// Number of ordinary tokens; their ids are their ranks, dense from zero.
    public var tokenCount: Int {
        switch self {
        case .o200kBase: 199_998
        case .cl100kBase: 100_256
        }
    }

    /// Marks a table's encoding in its header.
    var code: UInt64 {
        switch self {
        case .o200kBase: 1
        case .cl100kBase: 2
        }
    }
}
