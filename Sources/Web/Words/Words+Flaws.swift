import Core

extension Words {
    /// What is wrong with each field of a form, by the name of the field; of several flaws the first.
    func problems(_ flaws: Flaws) -> [String: String] {
        Dictionary(flaws.all.map { ($0.field, problem($0)) }) { first, _ in first }
    }

    /// What is wrong, as a sentence beside the field.
    func problem(_ flaw: Flaw) -> String {
        switch flaw.problem {
        case .missing: missing(flaw.field)
        case .tooLong(let most): self(Int64(most), one: "At most {count} character.", other: "At most {count} characters.")
        case .tooShort(let least):
            self(Int64(least), one: "At least {count} character.", other: "At least {count} characters.")
        case .outOfRange(let range):
            self("From {low} to {high}.", ["low": number(range.lowerBound), "high": number(range.upperBound)])
        case .malformed: malformed(flaw.field)
        case .taken: self("Another one has this already.")
        case .unknown: self("Choose one that exists and may be used here.")
        case .tooCommon: self("Everybody tries this password first. Choose another one.")
        case .inThePast: self("This is in the past.")
        case .lastAdmin: self("Nobody would be left who can administer.")
        }
    }

    private func missing(_ field: String) -> String {
        field == "tokensPerMonth" ? self("Set at least one limit on tokens.") : self("Fill this in.")
    }

    private func malformed(_ field: String) -> String {
        switch field {
        case "email": self("This is no e-mail address.")
        case "baseURL": self("An address such as https://api.openai.com/v1, with no slash at its end.")
        case "key": self("A key has no blanks and only plain letters, digits and signs.")
        case "name", "displayName", "upstreamModel", "encoding", "reason": self("One line, without invisible signs.")
        case "expiresAt": self("A day as 2026-12-31.")
        case "promptPrice", "completionPrice", "cachedPromptPrice": self("An amount in dollars, such as 0.15.")
        case "weight": self("A number such as 1 or 0.5.")
        default: self("A whole number, such as 50000.")
        }
    }
}
