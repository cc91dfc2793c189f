extension Gauge {
    /// - Parameters:
    ///   - name: which limit binds, worded.
    ///   - resets: when it returns.
    ///   - substitute: what would be given instead of what is asked for, worded.
    ///   - refusal: why the server would refuse the draft now, worded; nil where it would not or the numbers say it.
    init(
        _ input: GaugeInput, name: String, resets: Moment?, refusal: String? = nil, substitute: String? = nil,
        words: Words
    ) {
        let state = Self.state(input, isRefused: refusal != nil, hasSubstitute: substitute != nil)
        self.init(
            left: words.number(input.left), limit: words.number(input.limit), held: words.number(input.held),
            needs: (input.isExact ? "" : "≈ ") + words.number(input.needs), reply: words.number(input.reply),
            after: words.number(input.after), state: state.rawValue, isBlocked: state == .blocked,
            name: name, advice: refusal ?? substitute ?? Self.advice(input, name: name, words),
            resets: resets.map(GaugeMoment.init),
            bar: Bar(input),
            numbers: Numbers(input, isAnsweredAnyway: substitute != nil))
    }

    /// Where something else is given instead, nothing blocks.
    private static func state(_ input: GaugeInput, isRefused: Bool, hasSubstitute: Bool) -> GaugeState {
        if hasSubstitute { return .strong }
        return isRefused ? .blocked : input.state
    }

    private static func advice(_ input: GaugeInput, name: String, _ words: Words) -> String? {
        if input.isPromptTooLong {
            return words(
                """
                This prompt is too long: it needs {needs}, and one prompt may take {max}. Shorten it or start a new chat.
                """,
                ["needs": words.tokens(input.needs), "max": words.tokens(input.promptMax)])
        }
        if input.state == .blocked {
            return words(
                """
                {name}: this prompt needs {needs} and a reply on top, {left} are left. A shorter prompt, a new chat \
                or another model may still fit.
                """,
                ["name": name, "needs": words.tokens(input.needs), "left": words.number(input.left)])
        }
        if input.reply < input.replyMax {
            return words(
                "Your balance allows a reply of at most {reply}, shorter than usual.",
                ["reply": words.tokens(input.reply)])
        }
        return nearness(input, words)
    }

    private static func nearness(_ input: GaugeInput, _ words: Words) -> String? {
        switch input.state {
        case .strong: words("Less than a twentieth of this limit is left.")
        case .near: words("Less than a fifth of this limit is left.")
        case .ok, .blocked: nil
        }
    }
}

extension Gauge.Bar {
    init(_ input: GaugeInput) {
        let needs = min(input.needs, input.left)
        afterWidth = input.width(of: input.after)
        replyStart = afterWidth
        replyWidth = input.width(of: input.reply)
        needsStart = replyStart + replyWidth
        needsWidth = input.width(of: needs)
        heldStart = needsStart + needsWidth
        heldWidth = input.width(of: input.held)
    }
}

extension Gauge.Numbers {
    init(_ input: GaugeInput, isAnsweredAnyway: Bool) {
        self.init(
            limit: input.limit, used: input.used, held: input.held, needs: input.needs, replyMax: input.replyMax,
            promptMax: input.promptMax, isExact: input.isExact,
            isAnsweredAnyway: isAnsweredAnyway)
    }
}
