import Core

/// A fingerprint of sums by key that does not depend on the order in which they are added up: two tables with the same
/// fingerprint have the same sums, but for one chance in about 2⁶⁰.
///
/// A random linear function over the numbers below 2⁶¹ - 1, a prime: each key and each column has a random factor.
struct Sketch: Equatable {
    private var sum: UInt64 = 0

    /// Adds what one row adds to the sums of `key`.
    mutating func add(_ row: SketchRow, of key: Digest) {
        sum = UInt128(sum).adding(UInt128(UInt128(key.bits).remainder), times: row.value).remainder
    }

    /// Adds something that is there or not.
    mutating func add(_ key: Digest) {
        sum = (UInt128(sum) + UInt128(key.bits)).remainder
    }
}

/// What one row adds: requests, four kinds of tokens, and cost, made one number.
struct SketchRow {
    fileprivate let value: UInt64

    /// One for each column.
    struct Factors {
        fileprivate let requests = UInt64.random(in: 1..<prime)
        fileprivate let prompt = UInt64.random(in: 1..<prime)
        fileprivate let completion = UInt64.random(in: 1..<prime)
        fileprivate let cached = UInt64.random(in: 1..<prime)
        fileprivate let reasoning = UInt64.random(in: 1..<prime)
        fileprivate let cost = UInt64.random(in: 1..<prime)
    }

    init(requests: Int64, _ usage: Usage, cost: Int64, _ factors: Factors) {
        value =
            UInt128(0)
            .adding(requests.modulus, times: factors.requests)
            .adding(usage.promptTokens.modulus, times: factors.prompt)
            .adding(usage.completionTokens.modulus, times: factors.completion)
            .adding(usage.cachedPromptTokens.modulus, times: factors.cached)
            .adding(usage.reasoningTokens.modulus, times: factors.reasoning)
            .adding(cost.modulus, times: factors.cost)
            .remainder
    }
}

private let prime: UInt64 = (1 << 61) - 1

extension Int64 {
    fileprivate var modulus: UInt128 { UInt128(UInt128(UInt64(bitPattern: self)).remainder) }
}

extension UInt128 {
    /// The bits above the lowest 61 count once more: 2⁶¹ is 1.
    fileprivate var remainder: UInt64 {
        let once = (self & UInt128(prime)) + (self >> 61)
        let twice = UInt64((once & UInt128(prime)) + (once >> 61))
        return twice >= prime ? twice - prime : twice
    }

    fileprivate func adding(_ factor: UInt128, times other: UInt64) -> UInt128 {
        UInt128(self.remainder) + factor * UInt128(other)
    }
}
