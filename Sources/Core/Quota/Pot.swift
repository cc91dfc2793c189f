/// What is left of a grant.
public struct Pot: Sendable, Hashable, Codable {
    public var grant: Grant
    /// Settled, in the unit of the grant's meter.
    public var used: Int64
    /// Taken by requests that still run.
    public var held: Int64

    public init(grant: Grant, used: Int64 = 0, held: Int64 = 0) {
        self.grant = grant
        self.used = used
        self.held = held
    }

    public var available: Int64 { max(0, grant.amount.subtractingClamped(used.addingClamped(held))) }
}

/// What one pot gives for a request.
public struct Draw: Sendable, Hashable {
    public var pot: Pot
    public var amount: Int64
}

extension [Pot] {
    /// What they give for limits like this one, just now.
    public func available(for limit: Limit) -> Int64 {
        reduce(0) { $1.grant.covers(limit) ? $0.addingClamped($1.available) : $0 }
    }

    /// Takes `amount` from those that cover `limit`, the one that ends first before the others.
    ///
    /// - Returns: less than `amount` in all where they have no more.
    func draws(_ amount: Int64, for limit: Limit) -> [Draw] {
        var missing = amount
        var draws: [Draw] = []
        let covering = filter { $0.grant.covers(limit) && $0.available > 0 }
        for pot in covering.sorted(by: {
            ($0.grant.expiresAt, $0.grant.id.rawValue) < ($1.grant.expiresAt, $1.grant.id.rawValue)
        })
        where missing > 0 {
            let part = Swift.min(missing, pot.available)
            draws.append(Draw(pot: pot, amount: part))
            missing -= part
        }
        return draws
    }
}
