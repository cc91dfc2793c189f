import Core

extension Step: CustomStringConvertible {
    var description: String {
        "worker \(worker): \(operation)"
            + (fault.map { ", failing at \($0.place.rawValue)" + ($0.endsTransaction ? " for good" : "") } ?? "")
    }

    /// The same with one thing less in it.
    var simpler: [Step] {
        var steps = operation.simpler.map { Step(worker: worker, operation: $0, fault: fault) }
        if fault != nil { steps.insert(Step(worker: worker, operation: operation), at: 0) }
        if worker > 0 { steps.insert(Step(worker: 0, operation: operation, fault: fault), at: 0) }
        return steps
    }
}

extension Operation {
    fileprivate var simpler: [Operation] {
        switch self {
        case .hold(let asked): asked.simpler.map(Operation.hold)
        case .extend(let request, let reply): reply.smaller.map { .extend(request: request, toReply: $0) }
        case .settle(let request, let usage, let outcome):
            usage.simpler.map { .settle(request: request, $0, outcome) }
        case .refresh(let request, let streamed, let lease):
            streamed.smaller.map { .refresh(request: request, streamed: $0, leaseSeconds: lease) }
                + lease.smaller.map { .refresh(request: request, streamed: streamed, leaseSeconds: $0) }
        case .addLimit(let number, let limit): limit.simpler.map { .addLimit(number, $0) }
        case .changeLimit(let number, let limit): limit.simpler.map { .changeLimit(number, $0) }
        case .grant(let number, let holder, let meter, let amount, let seconds):
            amount.smaller.map { .grant(number, holder, meter, amount: $0, seconds: seconds) }
        case .moveClock(let milliseconds): milliseconds.smaller.map { .moveClock(milliseconds: $0) }
        case .reap(let seconds): seconds.smaller.map { .reap(lateBySeconds: $0) }
        default: []
        }
    }
}

extension Asked {
    fileprivate var simpler: [Asked] {
        var usual = self
        usual.tariff = Tariff()
        var alone = self
        alone.way.project = nil
        var keyless = self
        keyless.way.hasKey = false
        var whole = self
        whole.expected = nil
        let numbers = [\Asked.prompt, \.reply, \.minimum, \.leaseSeconds].flatMap { number in
            self[keyPath: number].smaller.map { smaller in
                var asked = self
                asked[keyPath: number] = smaller
                return asked
            }
        }
        return ([usual, alone, keyless, whole] + numbers).filter { $0 != self }
    }
}

extension Usage {
    fileprivate var simpler: [Usage] {
        let parts: [WritableKeyPath<Usage, Int64>] = [
            \.promptTokens, \.completionTokens, \.cachedPromptTokens, \.reasoningTokens,
        ]
        return parts.flatMap { part in
            self[keyPath: part].smaller.map { smaller in
                var usage = self
                usage[keyPath: part] = smaller
                return usage
            }
        }
    }
}

extension Limit {
    fileprivate var simpler: [Limit] {
        var regular = self
        regular.schedule = []
        var calm = self
        calm.pressure = nil
        var general = self
        general.model = nil
        let amounts = amount.smaller.map { smaller in
            var limit = self
            limit.amount = smaller
            return limit
        }
        let rates = (refill?.smaller ?? []).filter { $0 > 0 }.map { smaller in
            var limit = self
            limit.refill = smaller
            return limit
        }
        return ([regular, calm, general] + amounts + rates).filter { $0 != self }
    }
}

extension Int64 {
    /// Nothing at all, a half, a rounder number, and of few, one less.
    fileprivate var smaller: [Int64] {
        let rounder = [1_000_000, 1000, 100, 10].map { self / $0 * $0 }
        let candidates = [0, self / 2] + rounder + (magnitude < 20 ? [self - signum()] : [])
        return Set(candidates).filter { $0.magnitude < magnitude }.sorted { $0.magnitude < $1.magnitude }
    }
}
