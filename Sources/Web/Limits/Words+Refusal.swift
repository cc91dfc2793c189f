import Core
import Foundation

extension Words {
    /// Which limit it was, how much was needed and left, when it returns in the person's own zone, and what still works.
    func explanation(of refusal: Refusal, zone: TimeZone) -> String {
        cause(of: refusal, zone: zone) + " " + wayOut(of: refusal)
    }

    /// The same without what a person at a page can do about it.
    func cause(of refusal: Refusal, zone: TimeZone) -> String {
        [reason(of: refusal), comeback(of: refusal, zone: zone)].compactMap { $0 }.joined(separator: " ")
    }

    private func reason(of refusal: Refusal) -> String {
        let name = name(of: refusal.name)
        switch refusal.cause {
        case .throttled: return fill("{name}: nearly used up, and your turn did not come in time.", ["name": name])
        case .crowded: return fill("{name}: nearly used up, and too many requests wait already.", ["name": name])
        case .full: break
        }
        let amounts = [
            "name": name, "needed": amount(refusal.needed, refusal.meter),
            "left": figure(refusal.available, refusal.meter), "limit": figure(refusal.ceiling, refusal.meter),
            "held": figure(refusal.held, refusal.meter),
        ]
        if refusal.meter == .concurrent {
            return fill("{name}: {limit} are allowed, and as many are running.", amounts)
        }
        if !refusal.canEverFit {
            return fill("{name}: {needed} are needed, and the whole limit is {limit}.", amounts)
        }
        return refusal.held > 0
            ? fill("{name}: {needed} needed, {left} left of {limit}; other requests hold {held}.", amounts)
            : fill("{name}: {needed} needed, {left} left of {limit}.", amounts)
    }

    private func comeback(of refusal: Refusal, zone: TimeZone) -> String? {
        guard refusal.canEverFit, let resetsAt = refusal.resetsAt else { return nil }
        return fill("It returns at {when}.", ["when": Moment(resetsAt, zone: zone).text])
    }

    private func wayOut(of refusal: Refusal) -> String {
        if refusal.cause != .full { return self("Try again in a while. Your draft is kept.") }
        return switch refusal.meter {
        case .concurrent: self("Wait until a reply is finished, or stop one.")
        case .requests: self("Your draft is kept.")
        case .tokens, .promptTokens, .completionTokens, .cost:
            self("A shorter prompt, a new chat or another model may still fit. Your draft is kept.")
        }
    }

    private func fill(_ sentence: String, _ values: [String: String]) -> String {
        values.reduce(self(sentence)) { $0.replacing("{\($1.key)}", with: $1.value) }
    }
}
