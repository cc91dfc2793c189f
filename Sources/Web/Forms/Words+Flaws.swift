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
        case (.malformed, "weight"), (.malformed, "cachedPromptWeight"), (.malformed, "reasoningWeight"):
            self("A number such as 1 or 0.5.")
        case (.malformed, "threshold"), (.malformed, "low"), (.malformed, "normal"): self("A number such as 80.")
        case (.malformed, "refill"): self("A number such as 100 or 0.1.")
        case (.outOfRange, "cacheSeconds"): self("From 1 hour to 8,760, a year.")
        case (.unknown, "fallback"): self("From that model on, the chain comes back to this one, or leads nowhere.")
        case (.taken, "email"): self("Somebody has this address already.")
        case (.taken, "limit"): self("There is a limit already that counts exactly this. Change that one.")
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
        case .forbidden: self("This address belongs to the machine's own cloud. Nothing is sent there.")
        case .tooMany(let most): self("There are {most} already; end one of them first.", ["most": number(most)])
        case .taken: self("Another one has this name already.")
        case .unknown: self("There is no such thing, or it may not be used here.")
        case .tooCommon: self("Everybody tries this first. Choose something longer, such as a sentence.")
        case .inThePast: self("This moment is already over.")
        case .lastAdmin: self("Nobody would be left who could administer.")
        case .contradictory(let flaw): sentence(about: flaw)
        case .partOfTier: self("This limit belongs to its tier. Change it there.")
        }
    }

    /// Why the parts of a limit do not go together.
    private func sentence(about flaw: Limit.Flaw) -> String {
        switch flaw {
        case .absurdAmount: self("This is more than anybody can take.")
        case .concurrencyNeedsLifetime: self("Requests at once are counted at every moment: choose “in all”.")
        case .requestNeedsPerRequest: self("A limit on each request is “per request”.")
        case .perRequestNeedsTokensOrCost: self("A request is always one: limit its tokens or its cost.")
        case .bucketNeedsRefill: self("Say how much flows back into the bucket a second.")
        case .absurdRefill: self("More than nothing a second, and at most a thousand million.")
        case .absurdSchedule: self("Each rule needs its days, its hours and an amount; there may be 50.")
        case .absurdPressure: self("Shares from 0 to 100 %, for low or normal priority.")
        case .pressureNeedsSharedScope:
            self("Only limits of the organization, a project or a model are shared by priorities.")
        case .ceilingBelowAmount: self("It can only rise: the ceiling is below the amount.")
        case .ceilingNeedsPersonalScope: self("Only what single people have can rise with what is left for all.")
        }
    }
}

extension Flaws {
    /// The first thing wrong with each field, worded, by the field's name.
    func sentences(_ words: Words) -> [String: String] {
        Dictionary(all.map { ($0.field, words.sentence(about: $0)) }) { first, _ in first }
    }
}
