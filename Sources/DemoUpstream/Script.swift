/// What goes wrong with one request, and when: chosen by the header `x-demo-script`, or by a model named
/// `demo-fault-` and the script. Several are joined by `+`: `slow+no-usage`. N is a number of tokens.
///
/// | Script | What happens |
/// |---|---|
/// | `refuse`, `reset` | the connection closes, or is reset, without an answer |
/// | `hang` | no answer, ever |
/// | `error-STATUS` | an error response, with `Retry-After: 7` for 429 and 503 |
/// | `html`, `redirect`, `gzip` | 200 with a web page; 307; an encoded body |
/// | `cut-after-N`, `reset-after-N`, `hang-after-N` | so after N tokens, in a reply in one piece too |
/// | `garbage-after-N`, `error-after-N`, `huge-line-after-N` | an event that is no JSON; an error event; a 100 MB line |
/// | `fail-after-N` | the reply ends as failed; where an endpoint cannot say so, as `error` |
/// | `no-usage`, `zero-usage`, `negative-usage`, `absurd-usage`, `double-usage` | as named; double only in chunks |
/// | `cached-N` | N tokens of the prompt are reported as cached |
/// | `reasoning`, `hidden-reasoning` | it reasons first, and shows that or only counts it |
/// | `no-done`, `no-finish` | the stream ends without `[DONE]`; without a finish reason and `[DONE]` |
/// | `slow` | one token a second |
/// | `endless` | the reply goes on until its cap |
/// | `as-told` | the reply has as many tokens as the last number in the question |
/// | `over-cap` | the reply goes on to twice its cap |
/// | `mixed-lines`, `split-characters` | LF, CR and CRLF in turn; every byte in a chunk of its own |
///
/// `cut`, `garbage`, `error`, `fail` and `huge-line` without `-after-N` mean after 5 tokens.
struct Script: Sendable, Equatable {
    enum Opening: Sendable, Equatable {
        case answer, refuse, reset, hang, html, redirect, gzip
        case error(status: Int)
    }

    struct Break: Sendable, Equatable {
        enum Kind: String, Sendable {
            case cut, reset, hang, garbage, error
            case failure = "fail"
            case hugeLine = "huge-line"
        }

        var kind: Kind
        var afterTokens: Int
    }

    enum Report: String, Sendable {
        case honest
        case none = "no-usage"
        case zero = "zero-usage"
        case negative = "negative-usage"
        case absurd = "absurd-usage"
        case double = "double-usage"
    }

    /// As it was asked for; empty where nothing goes wrong.
    private(set) var name = ""
    var opening = Opening.answer
    var breaking: Break?
    var report = Report.honest
    var endsWithDone = true
    var endsWithReason = true
    var isSlow = false
    var isEndless = false
    var exceedsCap = false
    var isTold = false
    var mixesLineEnds = false
    var splitsCharacters = false
    var thinks = false
    var hidesReasoning = false
    /// How many tokens of the prompt are said to have been cached.
    var cachedTokens = 0

    /// Nothing goes wrong.
    init() {}

    static let faultPrefix = "demo-fault-"

    /// Scripts worth a line in a list of models.
    static let listed = [
        "refuse", "reset", "hang", "error-401", "error-429", "error-500", "html", "redirect", "gzip", "cut-after-5",
        "reset-after-5", "hang-after-5", "garbage-after-5", "error-after-5", "fail-after-5", "huge-line-after-5",
        "no-usage", "zero-usage", "negative-usage", "absurd-usage", "double-usage", "cached-8", "reasoning",
        "hidden-reasoning", "no-done", "no-finish", "slow", "endless", "as-told", "over-cap", "mixed-lines",
        "split-characters",
    ]

    /// - Returns: nil where a part is no script's name.
    init?(_ text: some StringProtocol) {
        for part in text.split(whereSeparator: { $0 == "+" || $0 == "," }) {
            guard apply(part.trimmingPrefix(" ")) else { return nil }
        }
        name = String(text)
    }

    private mutating func apply(_ name: some StringProtocol) -> Bool {
        applyFlag(String(name)) || applyOpening(String(name)) || applyReport(String(name)) || applyBreak(String(name))
    }

    private mutating func applyFlag(_ name: String) -> Bool {
        switch name {
        case "no-done": endsWithDone = false
        case "no-finish": (endsWithReason, endsWithDone) = (false, false)
        case "slow": isSlow = true
        case "endless": isEndless = true
        case "as-told": isTold = true
        case "over-cap": (isEndless, exceedsCap) = (true, true)
        case "mixed-lines": mixesLineEnds = true
        case "split-characters": splitsCharacters = true
        case "reasoning": thinks = true
        case "hidden-reasoning": (thinks, hidesReasoning) = (true, true)
        default: return applyCached(name)
        }
        return true
    }

    private mutating func applyCached(_ name: String) -> Bool {
        guard name.hasPrefix("cached-"), let tokens = Int(name.dropFirst(7)), tokens >= 0 else { return false }
        cachedTokens = tokens
        return true
    }

    private mutating func applyOpening(_ name: String) -> Bool {
        switch name {
        case "refuse": opening = .refuse
        case "reset": opening = .reset
        case "hang": opening = .hang
        case "html": opening = .html
        case "redirect": opening = .redirect
        case "gzip": opening = .gzip
        default: return applyStatus(name)
        }
        return true
    }

    private mutating func applyStatus(_ name: String) -> Bool {
        guard name.hasPrefix("error-"), let status = Int(name.dropFirst(6)), (400..<600).contains(status) else {
            return false
        }
        opening = .error(status: status)
        return true
    }

    private mutating func applyReport(_ name: String) -> Bool {
        guard let report = Report(rawValue: name), report != .honest else { return false }
        self.report = report
        return true
    }

    private mutating func applyBreak(_ name: String) -> Bool {
        let parts = name.split(separator: "-after-", maxSplits: 1)
        guard let kind = Break.Kind(rawValue: String(parts[0])) else { return false }
        guard let tokens = parts.count == 1 ? 5 : Int(parts[1]), tokens >= 0 else { return false }
        breaking = Break(kind: kind, afterTokens: tokens)
        return true
    }
}
