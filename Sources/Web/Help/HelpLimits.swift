/// `/help/limits`: the rules in plain words, with the reader's own numbers.
struct HelpLimitsPage: Page {
    static let template = "help/limits"

    let frame: Frame
    let limits: [LimitRow]
}
