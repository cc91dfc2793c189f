import Core

extension Words {
    /// What is wrong with a field, to stand beside it: with what would be right, where its name says that.
    func sentence(about flaw: Flaw) -> String {
        switch (flaw.problem, flaw.field) {
        case (.missing, "tokensPerMonth"): self("Set at least one limit on tokens.")
        case (.malformed, "email"): self("This is no e-mail address.")
        case (.malformed, "baseURL"): self("An address such as https://api.openai.com/v1, with no slash at its end.")
        case (.malformed, "expiresAt"): self("A day such as 2026-12-31.")
        case (.malformed, "promptPrice"), (.malformed, "completionPrice"), (.malformed, "cachedPromptPrice"):
            self("An amount in dollars, such as 0.15.")
        case (.malformed, "weight"): self("A number such as 1 or 0.5.")
        case (.taken, "email"): self("Somebody has this address already.")
        default: sentence(about: flaw.problem)
        }
    }

    /// What is wrong with any field.
    func sentence(about problem: Flaw.Problem) -> String {
        switch problem {
        case .missing: self("This is needed.")
        case .tooLong(let most): self("At most {most} characters.", ["most": number(most)])
        case .tooShort(let least): self("At least {least} characters.", ["least": number(least)])
        case .outOfRange(let range):
            self(
                "A whole number from {least} to {most}.",
                ["least": number(range.lowerBound), "most": number(range.upperBound)])
        case .malformed: self("This is not written as it should be.")
        case .tooMany(let most): self("There are {most} already; end one of them first.", ["most": number(most)])
        case .taken: self("Another one has this name already.")
        case .unknown: self("There is no such thing, or it may not be used here.")
        case .tooCommon: self("Everybody tries this first. Choose something longer, such as a sentence.")
        case .inThePast: self("This moment is already over.")
        case .lastAdmin: self("Nobody would be left who could administer.")
        }
    }
}

extension Flaws {
    /// The first thing wrong with each field, worded, by the field's name.
    func sentences(_ words: Words) -> [String: String] {
        Dictionary(all.map { ($0.field, words.sentence(about: $0)) }) { first, _ in first }
    }
}
