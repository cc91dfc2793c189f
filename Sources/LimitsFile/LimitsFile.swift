public import Core

/// Limits as a YAML file that people keep beside their code.
///
///     organization:
///       monthly_budget: 10000000
///     projects:
///       production:
///         daily_limit: 200000
///         priority: high
///     users:
///       tier_standard:
///         rate_limit: 30
///     alerts:
///       - threshold: 0.95
///         action: throttle
///
/// Of YAML it takes what such a file needs, and refuses the rest: see `YAMLSubset`.
public enum LimitsFile {
    public static let maxBytes = 256 * 1024

    /// - Throws: everything that is wrong with `text`, as far as it could be read.
    public static func read(_ text: String) throws(LimitsFileFlaws) -> LimitPlan {
        try checkSize(text.utf8.count)
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        try LimitsFileFlaws(YAMLSubset.flaws(in: text)).throwIfAny()
        let root = try YAMLDocument.root(of: text)
        var reading = Reading()
        let plan = reading.plan(root)
        try LimitsFileFlaws(reading.flaws).throwIfAny()
        return plan
    }

    /// The same for what comes from a file, and need not be text.
    public static func read(bytes: [UInt8]) throws(LimitsFileFlaws) -> LimitPlan {
        try checkSize(bytes.count)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw LimitsFileFlaws([LimitsFileFlaw(line: nil, reason: "is no text in UTF-8")])
        }
        return try read(text)
    }

    /// The plan as a file: `read` makes the same plan of it.
    public static func write(_ plan: LimitPlan) -> String {
        var writing = Writing()
        writing.write(plan)
        return writing.text
    }

    private static func checkSize(_ bytes: Int) throws(LimitsFileFlaws) {
        guard bytes > maxBytes else { return }
        throw LimitsFileFlaws([LimitsFileFlaw(line: nil, reason: "is larger than \(maxBytes / 1024) KiB")])
    }
}
