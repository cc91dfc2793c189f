import Core

extension Words {
    /// What is wrong with a field, to stand beside it.
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
        Dictionary(all.map { ($0.field, words.sentence(about: $0.problem)) }) { first, _ in first }
    }
}
