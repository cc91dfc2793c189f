import Core
import Foundation

/// What happens on the way to a limit and at it, as the people whom it happens to are told.
extension Words {
    /// Where somebody waits: `Your tokens today: nearly used up, so requests take turns. Place 3 of 7, about 4 s.`
    func waiting(at place: QueuePlace) -> String {
        let limit = name(of: place.limit)
        let reason =
            switch place.cause {
            case .throttled: self("{limit}: nearly used up, so requests take turns.", ["limit": limit])
            case .held: self("{limit}: other requests hold the rest for now.", ["limit": limit])
            }
        let (own, length) = (number(place.place), number(place.length))
        guard let seconds = place.expectedSeconds else {
            return reason + " " + self("Place {place} of {length}.", ["place": own, "length": length])
        }
        return reason + " "
            + self(
                "Place {place} of {length}, about {seconds} s.",
                ["place": own, "length": length, "seconds": number(seconds)])
    }

    /// Why this is not what was asked for.
    func explanation(of substitute: Substitute, zone: TimeZone) -> String {
        let because = because(substitute, zone: zone)
        return switch substitute.kind {
        case .model(let model): self("Answered by {model}, because {reason}", ["model": model, "reason": because])
        case .earlierAnswer(let moment):
            self(
                "An earlier answer to the same question, from {moment}; nothing was taken. Nothing new was asked, because {reason}",
                ["moment": Moment(moment, zone: zone).text, "reason": because])
        }
    }

    /// The same before it is sent.
    func prospect(of substitute: Substitute, zone: TimeZone) -> String {
        let because = because(substitute, zone: zone)
        return switch substitute.kind {
        case .model(let model): self("{model} would answer, because {reason}", ["model": model, "reason": because])
        case .earlierAnswer(let moment):
            self(
                "Your earlier answer to this question, from {moment}, would be shown again, because {reason}",
                ["moment": Moment(moment, zone: zone).text, "reason": because])
        }
    }

    private func because(_ substitute: Substitute, zone: TimeZone) -> String {
        let name = name(of: substitute.limit)
        guard let until = substitute.until else { return self("this limit left no room: {limit}.", ["limit": name]) }
        return self(
            "this limit left no room until {when}: {limit}.", ["limit": name, "when": Moment(until, zone: zone).text])
    }

    /// Why a reply comes slower than the model writes.
    func slowness(_ account: Account, by reduction: Int64) -> String {
        self(
            "Slowed down by {share}, because {part} of this limit is taken: {limit}",
            [
                "share": percent(reduction), "part": percent(account.takenPartsPerMillion),
                "limit": name(of: account.limit),
            ])
    }

    /// How near a limit is: which, how much is left, and when it returns.
    func warning(_ account: Account, zone: TimeZone) -> String {
        let left = self(
            "{limit}: {part} taken, {left} left of {amount}.",
            [
                "limit": name(of: account.limit), "part": percent(account.takenPartsPerMillion),
                "left": figure(account.available, account.limit.meter),
                "amount": amount(account.ceiling, account.limit.meter),
            ])
        guard let resetsAt = account.resetsAt else { return left }
        return left + " " + self("It returns at {when}.", ["when": Moment(resetsAt, zone: zone).text])
    }

    /// Parts per million in whole hundredths, rounded down: what is not all is not 100 %.
    private func percent(_ partsPerMillion: Int64) -> String { "\(number(partsPerMillion / 10_000)) %" }
}

extension Account {
    /// Used and held, in parts of the whole.
    var takenPartsPerMillion: Int64 {
        ceiling > 0 ? Int64(clamping: Int128(max(0, taken)) * 1_000_000 / Int128(ceiling)) : 1_000_000
    }
}
