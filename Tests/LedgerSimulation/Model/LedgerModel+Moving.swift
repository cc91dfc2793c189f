import Core

/// What is held and used, and where it goes.
extension LedgerModel {
    /// Extras first, the one that ends first before the others; they spare all limits that they cover.
    mutating func take(
        _ amounts: [Int64], of standings: [Standing], on path: QuotaPath, at now: Timestamp
    ) -> (charges: [Part], draws: [Part]) {
        var draws: [Part] = []
        let running = running(on: path, at: now)
        let rests = zip(standings, amounts).map { standing, amount in
            var missing = max(0, amount)
            for index in running where pots[index].grant.covers(standing.limit) {
                let part = min(missing, pots[index].left)
                if part > 0, !draws.contains(where: { $0.index == index }) {
                    draws.append(Part(index: index, held: part))
                }
                missing -= max(0, part)
            }
            return missing
        }
        for draw in draws { pots[draw.index].held += draw.held }
        let charges = zip(standings, rests).map { standing, rest in
            Part(index: standing.account ?? begin(standing, at: now), held: rest)
        }
        for charge in charges where charge.held > 0 {
            reckon(charge.index, at: now)
            move(charge.index, held: charge.held, used: 0)
        }
        return (charges, draws)
    }

    private mutating func begin(_ standing: Standing, at now: Timestamp) -> Int {
        accounts.append(
            Account(
                limit: standing.limit.id, holder: standing.holder, priority: standing.priority, window: standing.window,
                reckonedAt: now))
        return accounts.count - 1
    }

    /// What it used is taken from what it drew of extras, and of each limit the rest; never less than it was already.
    mutating func charge(_ request: inout Request, at now: Timestamp) {
        guard let usage = request.settlement?.usage else { return }
        var given: [(grant: Grant, amount: Int64)] = []
        let inOrder = request.draws.indices.sorted {
            pots[request.draws[$0].index].grant.endsBefore(pots[request.draws[$1].index].grant)
        }
        for index in inOrder {
            let draw = request.draws[index]
            let grant = pots[draw.index].grant
            let before = given.filter { $0.grant.holder == grant.holder && $0.grant.meter == grant.meter }
            let rest = request.tariff.charge(grant.meter, for: usage) - before.reduce(0) { $0 + $1.amount }
            given.append((grant, min(max(draw.held, draw.used), max(0, rest))))
            let used = max(draw.used, given.last?.amount ?? 0)
            pots[draw.index].held -= draw.held
            pots[draw.index].used += used - draw.used
            request.draws[index] = Part(index: draw.index, held: 0, used: used)
        }
        for (index, charge) in request.charges.enumerated() {
            let limit = limit(accounts[charge.index].limit)
            let spared = given.filter { $0.grant.covers(limit) }.reduce(0) { $0 + $1.amount }
            let used = max(charge.used, request.tariff.charge(limit.meter, for: usage) - spared)
            reckon(charge.index, at: now)
            move(charge.index, held: -charge.held, used: used - charge.used)
            request.charges[index] = Part(index: charge.index, held: 0, used: used)
        }
    }

    mutating func move(_ index: Int, held: Int64, used: Int64) {
        accounts[index].held += held
        accounts[index].used += used
        accounts[index].missing = max(0, accounts[index].missing + (Int128(held) + Int128(used)) * 1_000_000_000)
    }

    /// What was reckoned by a clock that was ahead is reckoned until now, whether or not anything is taken.
    mutating func rewind(_ standings: [Standing], at now: Timestamp) {
        for standing in standings where standing.limit.window == .bucket {
            guard let index = standing.account, reckonedAt(index, at: now) < accounts[index].reckonedAt else {
                continue
            }
            accounts[index].reckonedAt = now
        }
    }

    /// Counts what has flowed back into a bucket, by the rate that it has until now.
    mutating func reckon(_ index: Int, at now: Timestamp) {
        accounts[index].missing = missing(index, at: now)
        accounts[index].reckonedAt = reckonedAt(index, at: now)
    }
}

extension [LedgerModel.Part] {
    mutating func add(_ others: Self) {
        for other in others {
            if let index = firstIndex(where: { $0.index == other.index }) {
                self[index].held += other.held
            } else {
                append(other)
            }
        }
    }
}
