/// A history that differs, with everything left out that it does not need for it.
public struct Finding: Sendable, CustomStringConvertible {
    public let history: History
    public let difference: Difference

    /// Each step on a line of its own, and what differs after the last.
    public var description: String {
        let lines = history.steps.enumerated().map { number, step in "  \(number) \(step)" }
        return "seed \(history.seed), from \(history.beginning):\n" + lines.joined(separator: "\n")
            + "\ndiffers at \(difference)"
    }
}

extension History {
    /// Leaves out steps, in ever smaller stretches, and makes numbers smaller, for as long as something differs.
    ///
    /// - Returns: nil when nothing differs.
    public func shrunk(
        in folder: String, tampering: @escaping Simulation.Tampering = { $0 }
    ) async throws -> Finding? {
        var simulation = try await Simulation(in: folder, comparingAllEvery: 1, tampering: tampering)
        guard var finding = try await simulation.finding(in: self) else { return nil }
        var before: History?
        while before?.steps != finding.history.steps {
            before = finding.history
            try await simulation.leaveOutSteps(of: &finding)
            try await simulation.simplifySteps(of: &finding)
        }
        return finding
    }

    fileprivate func with(_ steps: [Step]) -> History {
        var history = self
        history.steps = steps
        return history
    }
}

extension Simulation {
    fileprivate mutating func finding(in history: History) async throws -> Finding? {
        guard let difference = try await run(history) else { return nil }
        // What follows the difference is not needed.
        return Finding(history: history.with(Array(history.steps[...difference.step])), difference: difference)
    }

    fileprivate mutating func leaveOutSteps(of finding: inout Finding) async throws {
        var length = max(1, finding.history.count / 2)
        while true {
            var start = 0
            while start < finding.history.count {
                var steps = finding.history.steps
                steps.removeSubrange(start..<min(start + length, steps.count))
                if let smaller = try await self.finding(in: finding.history.with(steps)) {
                    finding = smaller
                } else {
                    start += length
                }
            }
            if length == 1 { return }
            length /= 2
        }
    }

    fileprivate mutating func simplifySteps(of finding: inout Finding) async throws {
        var index = 0
        while index < finding.history.count {
            var isSimpler = false
            for simpler in finding.history.steps[index].simpler {
                var steps = finding.history.steps
                steps[index] = simpler
                guard let smaller = try await self.finding(in: finding.history.with(steps)) else { continue }
                finding = smaller
                isSimpler = true
                break
            }
            if !isSimpler { index += 1 }
        }
    }
}
