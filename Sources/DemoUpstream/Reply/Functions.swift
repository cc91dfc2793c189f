/// A function that the caller has, and lets the model call.
struct Function: Sendable {
    var name: String
    var description: String?
    /// The JSON schema of its arguments.
    var parameters: JSON
}

/// The functions of a request, and which of them are to be called.
struct Functions: Sendable {
    enum Choice: Sendable, Equatable {
        /// Those that the question names, unless their results are there already.
        case auto
        case none
        /// At least one: those that the question names, else the first.
        case required
        case named(String)
    }

    var list: [Function] = []
    var choice = Choice.auto
    /// Whether more than one may be called at once.
    var mayBeParallel = true

    /// - Returns: what a reply to these messages calls, in the order of the list; empty for a reply in words.
    func called(in messages: [Message]) -> [Function] {
        let question = messages.question
        let asked = list.filter { question.contains($0.name) }
        switch choice {
        case .none: return []
        case .auto: return messages.results == nil ? allowed(asked) : []
        case .required: return allowed(asked.isEmpty ? Array(list.prefix(1)) : asked)
        case .named(let name): return list.filter { $0.name == name }
        }
    }

    private func allowed(_ functions: [Function]) -> [Function] {
        mayBeParallel ? functions : Array(functions.prefix(1))
    }

    func check() throws {
        switch choice {
        case .named(let name) where !list.contains { $0.name == name }:
            throw APIError.invalid("There is no function `\(name)` among the tools.", param: "tool_choice")
        case .required where list.isEmpty:
            throw APIError.invalid("`tool_choice` is there without `tools`.", param: "tool_choice")
        default: break
        }
    }
}

extension Pieces {
    /// What the definitions of functions add to a prompt: every string in them, names of parameters included.
    static func count(_ functions: [Function]) -> Int {
        functions.reduce(0) { $0 + count($1.name) + count($1.description ?? "") + count($1.parameters) }
    }

    /// A schema, as a prompt has it: every string in it.
    static func count(_ schema: JSON) -> Int {
        schema.strings.reduce(0) { $0 + count($1) }
    }
}
