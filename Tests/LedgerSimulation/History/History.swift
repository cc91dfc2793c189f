import Core

/// What happens, step by step; all of it follows from the seed.
public struct History: Sendable {
    public let seed: UInt64
    let beginning: Timestamp
    var steps: [Step]

    public init(seed: UInt64, steps count: Int) {
        var choices = Choices(seed: seed)
        self.seed = seed
        beginning = choices.beginning()
        steps = choices.settings() + (0..<count).map { _ in choices.step() }
    }

    public var count: Int { steps.count }
}
