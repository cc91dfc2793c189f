import Core
import HTTPTypes
import StrictJSON

/// A value of a client's request and where it stands in it, to say what is wrong as OpenAI does: with `param`.
struct APIValue: Sendable {
    let node: JSONNode
    /// Such as `messages[0].content`; empty for the whole body.
    let path: String

    init(_ node: JSONNode, _ path: String = "") {
        self.node = node
        self.path = path
    }

    /// Nil where it is missing or `null`.
    func member(_ name: String) -> APIValue? {
        node.member(name).map { APIValue($0, path.isEmpty ? name : "\(path).\(name)") }
    }

    func required(_ name: String) throws(Failure) -> APIValue {
        guard let value = member(name) else {
            throw .invalidRequest("`\(name)` is required.", param: path.isEmpty ? name : "\(path).\(name)")
        }
        return value
    }

    // MARK: Types

    func string() throws(Failure) -> String {
        guard let string = node.string else { throw wrong("a string") }
        return string
    }

    func boolean() throws(Failure) -> Bool {
        guard let boolean = node.boolean else { throw wrong("a boolean") }
        return boolean
    }

    func integer(in range: ClosedRange<Int64>) throws(Failure) -> Int64 {
        guard node.kind == .number else { throw wrong("a whole number") }
        guard let number = node.integer, range.contains(number) else {
            throw problem(
                range.upperBound == .max
                    ? "must be a whole number of at least \(range.lowerBound)"
                    : "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func elements() throws(Failure) -> [APIValue] {
        guard node.kind == .array else { throw wrong("an array") }
        return node.elements.enumerated().map { APIValue($1, "\(path)[\($0)]") }
    }

    func object() throws(Failure) -> APIValue {
        guard node.kind == .object else { throw wrong("an object") }
        return self
    }

    // MARK: Complaints

    private func wrong(_ type: String) -> Failure { problem("must be \(type)", code: "invalid_type") }

    /// - Parameter what: goes on after the name.
    func problem(_ what: String, code: String = "invalid_value") -> Failure {
        .invalidRequest(path.isEmpty ? "The body \(what)." : "`\(path)` \(what).", param: path, code: code)
    }

    /// For a part that could not be metered: it is never relayed unmetered.
    func unsupported(_ why: String) -> Failure {
        problem("is not relayed here: \(why)", code: "unsupported_parameter")
    }
}

extension APIValue {
    func optionalString(_ name: String) throws(Failure) -> String? {
        guard let value = member(name) else { return nil }
        return try value.string()
    }

    func flag(_ name: String) throws(Failure) -> Bool {
        guard let value = member(name) else { return false }
        return try value.boolean()
    }

    func optionalInteger(_ name: String, in range: ClosedRange<Int64> = 1...Int64.max) throws(Failure) -> Int64? {
        guard let value = member(name) else { return nil }
        return try value.integer(in: range)
    }

    func list(_ name: String) throws(Failure) -> [APIValue] {
        guard let value = member(name) else { return [] }
        return try value.elements()
    }

    /// Refuses members that mean a cost which nobody here can meter. What says “no” or nothing may stay.
    func refuse(_ names: KeyValuePairs<String, String>) throws(Failure) {
        for (name, why) in names {
            guard let value = member(name), value.node.boolean != false else { continue }
            throw value.unsupported(why)
        }
    }
}

extension Failure {
    /// What a client's program did wrong.
    static func invalidRequest(_ message: String, param: String? = nil, code: String = "invalid_value") -> Failure {
        var failure = Failure(status: .badRequest, title: "The request is not right", explanation: message)
        failure.code = code
        failure.param = param.flatMap { $0.isEmpty ? nil : $0 }
        return failure
    }
}
