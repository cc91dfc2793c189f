/// What the upstream's own count of prompts has taught about ours, for one model: by how much it is usually higher.
///
/// Where a count is only approximate, the gate holds `held(for:)` tokens, so that a limit is not passed by our own
/// error. The margin is the 99th percentile of the ratios seen, by the size of the prompt, because a hidden system
/// prompt weighs much on a short prompt and nothing on a long one. Old requests count less and less: when a size has
/// seen `memory` of them, all its numbers are halved.
///
/// A plain value: the store keeps it, one for each model.
public struct Calibration: Sendable, Hashable, Codable {
    /// Requests of each size (`sizeClass`), by the ratio that was seen (`ratioStep`).
    private var seen = [[UInt16]](
        repeating: [UInt16](repeating: 0, count: Self.ratioSteps), count: Self.sizeClasses)

    public init() {}

    /// A request's prompt was counted as `counted` here and reported as `reported` by the upstream. Nonsense is ignored:
    /// a count of nothing, a report that is not positive.
    public mutating func learn(counted: Int64, reported: Int64) {
        guard counted > 0, reported > 0 else { return }
        let size = Self.sizeClass(of: counted)
        seen[size][Self.ratioStep(counted: counted, reported: reported)] += 1
        if Self.total(seen[size]) >= Self.memory { seen[size] = seen[size].map { $0 / 2 } }
    }

    /// Tokens to hold for a prompt that was counted as `counted`: never fewer.
    public func held(for counted: Int64) -> Int64 {
        let (product, overflow) = max(0, counted).multipliedReportingOverflow(by: percent(for: counted))
        return overflow ? .max : max(counted, (product + 99) / 100)
    }

    /// The margin at this size, in percent of our count. From the nearest smaller size with enough requests (whose margin
    /// is rather too high), else from the nearest larger one, else the default.
    public func percent(for counted: Int64) -> Int64 {
        let size = Self.sizeClass(of: counted)
        let bySize = Array((0...size).reversed()) + Array((size + 1)..<Self.sizeClasses)
        guard let known = bySize.first(where: { Self.total(seen[$0]) >= Self.enough }) else {
            return Self.defaultPercent
        }
        return Self.upperQuantile(of: seen[known])
    }

    private static let enough = 20
    private static let memory = 4096
    /// Before enough is known.
    private static let defaultPercent: Int64 = 125
    private static let quantilePercent = 99

    private static func total(_ requests: [UInt16]) -> Int { requests.reduce(0) { $0 + Int($1) } }

    /// The upper end of the step under which 99 % of the requests are.
    private static func upperQuantile(of requests: [UInt16]) -> Int64 {
        let needed = total(requests) * quantilePercent
        var below = 0
        for (step, count) in requests.enumerated() {
            below += Int(count)
            if below * 100 >= needed { return percent(atUpperEndOf: step) }
        }
        return percent(atUpperEndOf: ratioSteps - 1)
    }

    /// Up to 64, 256, 1,024, 4,096, 16,384 tokens, and more.
    private static let sizeClasses = 6

    private static func sizeClass(of counted: Int64) -> Int {
        let sizes: [Int64] = [64, 256, 1024, 4096, 16_384]
        return sizes.firstIndex { counted <= $0 } ?? sizes.count
    }

    /// Steps of 2 % from 100 % to 200 %, then of 25 % to 1,000 %; what is below 100 % counts as 100 %.
    private static let fineSteps = 51
    private static let ratioSteps = fineSteps + 32

    private static func ratioStep(counted: Int64, reported: Int64) -> Int {
        let (product, overflow) = reported.multipliedReportingOverflow(by: 100)
        guard !overflow, product <= .max - counted else { return ratioSteps - 1 }
        let percent = (product + counted - 1) / counted
        if percent <= 200 { return Int(max(0, percent - 100) + 1) / 2 }
        return Int(min(Int64(ratioSteps - 1), Int64(fineSteps) + (percent - 201) / 25))
    }

    private static func percent(atUpperEndOf step: Int) -> Int64 {
        step < fineSteps ? 100 + 2 * Int64(step) : 200 + 25 * Int64(step - fineSteps + 1)
    }
}
