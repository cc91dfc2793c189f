import Core

/// Which limit that there is becomes which one that is wanted, so that what was used of it stays used.
struct LimitMatching {
    /// What was, and what it becomes; the same limit by its id.
    private(set) var kept: [(before: Limit, after: Limit)] = []
    private(set) var revived: [Limit] = []
    private(set) var added: [Limit] = []
    /// What is left of those that there are.
    private(set) var dropped: [Limit]

    init(live: [Limit], retired: [Limit], wanted: [Limit]) {
        dropped = live
        added = wanted
        let rules: [(Limit, Limit) -> Bool] = [
            { $0.says(sameAs: $1) }, { $0.isSameKind(as: $1) && $0.mode == $1.mode }, { $0.isSameKind(as: $1) },
        ]
        for rule in rules { keep(where: rule) }
        revive(from: retired)
    }

    private mutating func keep(where matches: (Limit, Limit) -> Bool) {
        added.removeAll { limit in
            guard let index = dropped.firstIndex(where: { matches($0, limit) }) else { return false }
            let before = dropped.remove(at: index)
            kept.append((before, limit.taking(before)))
            return true
        }
    }

    private mutating func revive(from retired: [Limit]) {
        var retired = retired
        added.removeAll { limit in
            guard let index = retired.firstIndex(where: { $0.isSameKind(as: limit) && $0.mode == limit.mode })
            else { return false }
            revived.append(limit.taking(retired.remove(at: index)))
            return true
        }
    }
}

extension Limit {
    /// Counts the same thing over the same time.
    fileprivate func isSameKind(as other: Limit) -> Bool {
        model == other.model && meter == other.meter && window == other.window
    }

    /// Which one it is, and how far the forecast has raised it, is no part of what a limit says.
    func says(sameAs other: Limit) -> Bool { taking(other) == other }

    fileprivate func taking(_ other: Limit) -> Limit {
        var limit = self
        limit.id = other.id
        limit.raisedTo = other.raisedTo
        return limit
    }
}
