import Core
import StrictJSON

/// Members of an upstream's objects, by the type that OpenAI gives them. Null and absent are the same; another type is
/// garbage. What is said of it names the member and never quotes it: replies are not logged.
extension JSONNode {
    func text(_ name: String) throws(UpstreamFailure) -> String? {
        guard let node = try field(name, .string, "text") else { return nil }
        return node.string
    }

    func object(_ name: String) throws(UpstreamFailure) -> JSONNode? { try field(name, .object, "object") }

    func list(_ name: String) throws(UpstreamFailure) -> [JSONNode] {
        try field(name, .array, "list").map { Array($0.elements) } ?? []
    }

    func number(_ name: String) throws(UpstreamFailure) -> JSONNode? { try field(name, .number, "number") }

    /// The name of the model that answers, where the object says one.
    var servedModel: [UpstreamEvent] {
        get throws(UpstreamFailure) {
            guard let name = try text("model"), !name.isEmpty else { return [] }
            return [.servedModel(name)]
        }
    }

    private func field(_ name: String, _ kind: Kind, _ word: String) throws(UpstreamFailure) -> JSONNode? {
        guard let node = member(name) else { return nil }
        guard node.kind == kind else { throw .garbage(detail: "\(name) is no \(word)") }
        return node
    }
}

extension JSONDocument {
    /// What an upstream sent: a little less strict than with a client, for it is not passed on to another judge.
    convenience init(fromUpstream bytes: [UInt8]) throws(UpstreamFailure) {
        do throws(JSONFlaw) {
            try self.init(bytes, limits: Limits(depth: 512, allowsDuplicates: true))
        } catch {
            throw .garbage(detail: "not valid JSON at byte \(error.offset)")
        }
    }
}
