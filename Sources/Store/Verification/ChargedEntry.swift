import Core

/// A request, settled or held, beside the charges that are stored for it.
struct ChargedEntry {
    /// What its charges follow from.
    enum Measure {
        /// - whole: with its correction; the same where there is none.
        case used(Usage, whole: Usage)
        case held(prompt: Int64, reply: Int64)
    }

    struct Amounts: Equatable {
        var held: Int64
        var used: Int64
    }

    struct Charge {
        let account: Int64
        let amounts: Amounts
        /// Nil when its account, or what that counts, is not there.
        let rule: CountingRule?
        let isOfItsHolder: Bool
        /// The end of the window that it is charged to.
        let resetsAt: Int64?
    }

    let id: Int64
    let openedAt: Int64
    let names: EntryNames
    let tariff: Tariff
    let measure: Measure
    /// Whether its own row agrees with itself: else somebody changed it, and nothing can be derived from it.
    let isSound: Bool
    var charges: [Charge] = []

    /// What has to stand in the charge of a limit: what the request takes of its meter, less what grants gave of that.
    func expected(of rule: CountingRule) -> Amounts {
        let spared = charges.filter { $0.rule?.spares(rule) ?? false }
        let total = total(rule.meter)
        return Amounts(
            held: max(0, total.held - spared.reduce(0) { $0.addingClamped($1.amounts.held) }),
            used: max(0, total.used - spared.reduce(0) { $0.addingClamped($1.amounts.used) }))
    }

    /// What the request takes of a meter in all. A correction takes nothing back.
    func total(_ meter: Limit.Meter) -> Amounts {
        switch measure {
        case .used(let usage, let whole):
            let used = tariff.charge(meter, for: usage)
            return Amounts(held: 0, used: usage == whole ? used : max(used, tariff.charge(meter, for: whole)))
        case .held(let prompt, let reply):
            return Amounts(held: tariff.hold(meter, prompt: prompt, reply: reply), used: 0)
        }
    }

    /// What has to stand in each charge, where that is known: what a grant gave decides what the limits are charged, and
    /// follows from nothing that is kept, but it cannot be more than was taken.
    func expectations() -> [(charge: Charge, expected: Amounts)] {
        charges.compactMap { charge in
            guard let rule = charge.rule, rule.kind != .grant else { return nil }
            return (charge, expected(of: rule))
        }
    }

    /// Whether what its charges must be can be taken for true.
    func isDerivable() -> Bool { isSound && excessiveGrants().isEmpty }

    /// Charges of grants that give more, together with others of the same holder, than the request takes.
    func excessiveGrants() -> [(charge: Charge, most: Amounts)] {
        charges.compactMap { charge in
            guard let rule = charge.rule, rule.kind == .grant else { return nil }
            let alike = charges.compactMap { other in
                other.rule.flatMap { $0.kind == .grant && $0.isAlike(rule) ? other.amounts : nil }
            }
            let total = total(rule.meter)
            let given = Amounts(
                held: alike.reduce(0) { $0.addingClamped($1.held) }, used: alike.reduce(0) { $0.addingClamped($1.used) }
            )
            return given.held > total.held || given.used > total.used ? (charge, total) : nil
        }
    }
}

extension CountingRule {
    fileprivate func isAlike(_ other: CountingRule) -> Bool {
        meter == other.meter && scope == other.scope && subject == other.subject
    }
}
