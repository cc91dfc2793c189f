import StrictJSON

func document(_ text: String, depth: Int = 128, allowsDuplicates: Bool = false) throws(JSONFlaw) -> JSONDocument {
    try document(Array(text.utf8), depth: depth, allowsDuplicates: allowsDuplicates)
}

func document(_ bytes: [UInt8], depth: Int = 128, allowsDuplicates: Bool = false) throws(JSONFlaw) -> JSONDocument {
    try JSONDocument(bytes, limits: .init(depth: depth, allowsDuplicates: allowsDuplicates))
}

/// What is wrong with a text; nil when it is taken.
func flaw(in bytes: [UInt8], depth: Int = 128) -> JSONFlaw? {
    do throws(JSONFlaw) {
        _ = try document(bytes, depth: depth)
        return nil
    } catch {
        return error
    }
}

func flaw(in text: String, depth: Int = 128) -> JSONFlaw? { flaw(in: Array(text.utf8), depth: depth) }

extension JSONNode {
    /// The value as it is written.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
