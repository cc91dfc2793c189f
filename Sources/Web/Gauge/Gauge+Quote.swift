import Core
import Foundation

extension Gauge {
    /// What would become of a draft if it were sent now.
    ///
    /// - Returns: nil where no limit on tokens applies.
    init?(_ quote: Quote, zone: TimeZone, words: Words) {
        guard let account = quote.gaugeAccount else { return nil }
        let substitute =
            quote.wouldWait
            ? words(
                "{limit}: other requests hold the rest for now. Yours would wait for its turn.",
                ["limit": words.name(of: account.limit)])
            : quote.substitute.map { words.prospect(of: $0, zone: zone) }
        let refusal =
            quote.isTooLong || substitute != nil
            ? nil : quote.refusal.map { words.explanation(of: $0, zone: zone) }
        self.init(
            GaugeInput(quote, account), name: words.name(of: account.limit),
            resets: account.resetsAt.map { Moment($0, zone: zone) }, refusal: refusal, substitute: substitute,
            words: words)
    }
}

extension GaugeInput {
    /// The draft in the units of `account`, where a model's weight can make a token count for more or less than one.
    init(_ quote: Quote, _ account: Account) {
        let prompt = quote.promptTokens.tokens
        let needs = quote.amount(of: prompt, on: account)
        self.init(
            limit: account.ceiling, used: account.spent, held: account.held, needs: needs,
            isExact: quote.promptTokens.isExact, replyMax: quote.amount(of: quote.maxReplyTokens, on: account),
            promptMax: quote.amount(of: quote.maxPromptTokens, on: account))
    }
}

extension Quote {
    var refusal: Refusal? {
        if case .refused(let refusal) = admission { refusal } else { nil }
    }

    /// The account that the gauge shows: the one that refused or shortened the reply, if it counts tokens, else the
    /// one with the least left.
    var gaugeAccount: Account? {
        let decisive: Limit.ID? =
            switch admission {
            case .refused(let refusal): refusal.limit
            case .granted(let allowance): allowance.shortenedBy?.limit.id
            case .queued: nil
            }
        return accounts.first { $0.limit.id == decisive && $0.limit.meter == .tokens } ?? accounts.binding
    }

    /// `tokens` in the units of `account`, judged by what it would hold for this very draft.
    fileprivate func amount(of tokens: Int64, on account: Account) -> Int64 {
        guard case .granted(let allowance) = admission,
            let charge = allowance.charges.first(where: { $0.account.limit.id == account.limit.id })
        else { return tokens }
        let whole = promptTokens.tokens.addingClamped(allowance.replyCap)
        guard whole > 0, charge.amount != whole else { return tokens }
        return Int64(clamping: (Int128(tokens) * Int128(charge.amount) + Int128(whole) - 1) / Int128(whole))
    }
}
