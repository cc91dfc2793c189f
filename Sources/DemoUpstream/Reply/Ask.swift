/// What is asked for, whichever endpoint it came to.
struct Ask: Sendable {
    /// One prompt; only legacy completions have several in a request.
    struct Prompt: Sendable {
        var messages: [Message]
        var tokens: Int
    }

    enum Format: Sendable {
        case prose
        /// Any JSON, or what a schema allows.
        case json(schema: JSON?)
    }

    var endpoint: String
    var model: String
    /// By which the prompts were counted, and the reply is cut into tokens.
    var ruler: Ruler
    var prompts: [Prompt]
    /// Choices for each prompt.
    var choices = 1
    /// How many of the choices are shown; nil for all. The others are produced and counted too.
    var shownChoices: Int?
    /// The most tokens that one choice may have, reasoning included.
    var cap: Int?
    /// The cap where none is asked for.
    var usualCap = 4_096
    /// A reply ends before the first of these.
    var stop: [String] = []
    /// Whether the prompt stands before the reply; it is not counted again.
    var echoes = false
    var functions = Functions()
    var format = Format.prose
    /// How many alternatives are told with the probability of each token; nil for no probabilities.
    var alternatives: Int?
    var isStream = false
    /// Whether a stream is to end with its usage.
    var streamsUsage = false

    func check() throws {
        guard (1...128).contains(choices) else { throw APIError.invalid("`n` is 1 to 128.", param: "n") }
        guard stop.count <= 4, !stop.contains("") else {
            throw APIError.invalid("`stop` is up to 4 strings, none of them empty.", param: "stop")
        }
        try functions.check()
    }
}
