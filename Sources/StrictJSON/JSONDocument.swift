/// A JSON text (RFC 8259) that was read once, strictly, and can be quoted from byte by byte.
///
/// It is for texts that go on to somebody else: what is not changed is passed on as it came, not decoded and encoded
/// again. So nothing is taken that two readers could understand in two ways: a member that stands twice in one object,
/// half of a surrogate pair, bytes that are not UTF-8, anything after the end. Numbers stay as they are written.
public final class JSONDocument: Sendable {
    public struct Limits: Sendable, Hashable {
        /// How many arrays and objects may lie in one another.
        public var depth: Int
        /// Whether a member may stand twice in an object; then the first one counts.
        public var allowsDuplicates: Bool

        public init(depth: Int = 128, allowsDuplicates: Bool = false) {
            self.depth = depth
            self.allowsDuplicates = allowsDuplicates
        }
    }

    public let bytes: [UInt8]
    let entries: [Entry]

    /// - Throws: `JSONFlaw`, which names the first byte that is wrong.
    public init(_ bytes: [UInt8], limits: Limits = Limits()) throws(JSONFlaw) {
        guard bytes.count <= Int(Int32.max) else { throw JSONFlaw(.tooLong, at: Int(Int32.max)) }
        entries = try Reader.read(bytes, limits)
        self.bytes = bytes
    }

    public var root: JSONNode { JSONNode(document: self, index: 0) }

    /// A value's place in the text and among its siblings. Children follow their parent; in an object, name and value
    /// take turns.
    struct Entry: Sendable {
        var kind: JSONNode.Kind
        /// A string that must be unescaped to be read.
        var isEscaped = false
        var start: Int32
        /// Behind the last byte.
        var end: Int32
        /// The index of the entry behind this one and all that is in it.
        var next: Int32
    }
}

/// Why a text is not taken as JSON.
public struct JSONFlaw: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// The text is over before the value is.
        case unfinished
        case unexpectedByte
        case badNumber
        case badEscape
        /// Half of a surrogate pair: no Unicode text has it.
        case loneSurrogate
        case notUTF8
        case tooDeep
        case tooLong
        /// Readers disagree on which of the two counts.
        case duplicateMember(String)
    }

    public var reason: Reason
    /// In bytes from the beginning.
    public var offset: Int

    init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
