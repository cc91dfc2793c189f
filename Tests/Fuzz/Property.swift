/// Something that has to hold for any bytes at all, whoever sends them. A counterexample ends the fuzzer; in the tests it
/// fails one of them.
struct Property: Sendable {
    /// What `make fuzz TARGET=…`, its corpus and its dictionary are called.
    let name: String
    /// Longer inputs show nothing new.
    let maxBytes: Int
    /// - Throws: `Counterexample`. Whatever else goes wrong is a crash.
    let check: @Sendable ([UInt8]) throws -> Void

    static let all: [Property] = {
        let ofRooms: [Property] = [
            .tokenizer, .json, .head, .forms, .request, .events, .markdown, .limits, .cookies, .fields, .images,
        ]
        // No program can be linked to another one; tests can.
        #if FUZZER
            return ofRooms
        #else
            return ofRooms + [.settings]
        #endif
    }()
}

struct Counterexample: Error, CustomStringConvertible {
    let description: String
}

func require(_ holds: Bool, _ claim: @autoclosure () -> String) throws {
    if !holds { throw Counterexample(description: claim()) }
}
