import Core
import LimitsFile
import Testing

/// A file, and what is said about it: `line: reason`, where the reason need only begin so.
struct BadFile: Sendable, CustomTestStringConvertible {
    let text: String
    let flaws: [String]

    init(_ text: String, _ flaws: String...) {
        self.text = text
        self.flaws = flaws
    }

    var testDescription: String { String(text.prefix(60)).replacing("\n", with: "⏎") }
}

@Suite struct RefusalTests {
    @Test(arguments: unknownKeys + badNumbers + badWords + badShapes + badTogether)
    func isRefusedWithLineAndReason(_ file: BadFile) {
        expectFlaws(file)
    }

    @Test(arguments: tricks)
    func tricksOfYAMLAreRefused(_ file: BadFile) {
        expectFlaws(file)
    }

    @Test func everythingThatIsWrongIsSaidAtOnce() {
        let text = """
            organization:
              monthly_budgt: 1
              daily_cap: -5
            projects:
              production: {daily_limit: many, priority: urgent}
            alerts:
              - threshold: 2
                action: shout
            """
        let flaws = flaws(of: text)
        #expect(flaws.map(\.line) == [2, 3, 5, 5, 7, 8])
    }

    @Test func nothingIsReadOfAFileThatIsTooLarge() {
        let long = "# " + String(repeating: "x", count: LimitsFile.maxBytes)
        #expect(flaws(of: long) == [LimitsFileFlaw(line: nil, reason: "is larger than 256 KiB")])
        let tenMegabytes = [UInt8](repeating: 0x5B, count: 10_000_000)
        #expect(throws: LimitsFileFlaws([LimitsFileFlaw(line: nil, reason: "is larger than 256 KiB")])) {
            try LimitsFile.read(bytes: tenMegabytes)
        }
    }

    /// Each of its letters would be written as two.
    @Test func aNameThatCouldNotBeWrittenIsRefused() throws {
        let name = String(repeating: "\"", count: 511)
        expectFlaws(BadFile("people:\n  'a\(name)b': {daily_limit: 1}", "2: “a\"\""))
        let shorter = try LimitsFile.read("people:\n  'a\(name.dropLast())b': {daily_limit: 1}")
        #expect(try LimitsFile.read(LimitsFile.write(shorter)).subjects.map(\.name) == shorter.subjects.map(\.name))
    }

    @Test func flawsBeyondAHundredAreOnlyCounted() {
        let flaws = flaws(of: (1...250).map { "key\($0): 1" }.joined(separator: "\n"))
        #expect(flaws.count == 101)
        #expect(flaws.last == LimitsFileFlaw(line: 101, reason: "this and more: 150 in all"))
    }

    @Test func whatIsNoTextIsRefused() {
        #expect(throws: LimitsFileFlaws([LimitsFileFlaw(line: nil, reason: "is no text in UTF-8")])) {
            try LimitsFile.read(bytes: [0x61, 0xFF])
        }
    }

    @Test func commentsAndAMarkOfByteOrderAndLineEndsOfOtherSystemsAreNoTricks() throws {
        let text = "\u{FEFF}---\r\n# one\r\norganization: # two\r\n  daily_cap: 5 # & * ! three\r\n...\r\n"
        #expect(try LimitsFile.read(text).subjects.first?.rules.first?.amount == 5)
    }

    private func expectFlaws(_ file: BadFile) {
        let flaws = flaws(of: file.text).map { "\($0.line.map(String.init) ?? "-"): \($0.reason)" }
        #expect(flaws.count == file.flaws.count, "\(flaws)")
        for (flaw, expected) in zip(flaws, file.flaws) {
            #expect(flaw.hasPrefix(expected), "\(flaw)")
        }
    }
}

func flaws(of text: String) -> [LimitsFileFlaw] {
    do throws(LimitsFileFlaws) {
        _ = try LimitsFile.read(text)
        return []
    } catch {
        return error.all
    }
}

// MARK: What is refused

private let unknownKeys = [
    BadFile("orgnization: {}", "1: unknown key “orgnization”; did you mean “organization”?"),
    BadFile("projects:\n  a:\n    daily_limt: 5", "3: unknown key “daily_limt”; did you mean “daily_limit”?"),
    BadFile("projects:\n  a:\n    Daily_Limit: 5", "3: unknown key “Daily_Limit”; did you mean “daily_limit”?"),
    BadFile("organization:\n  colour: 5", "2: unknown key “colour”; there are: monthly_budget, daily_cap, limits"),
    BadFile("users:\n  premium: {daily_limit: 5}", "2: “premium” must begin with tier_"),
    BadFile("users:\n  tier_: {daily_limit: 5}", "2: “tier_” must begin with tier_"),
    BadFile("users:\n  tier_a: {request_limit: 5}", "2: unknown key “request_limit”"),
    BadFile("queue: {lenght: 5}", "1: unknown key “lenght”; did you mean “length”?"),
    BadFile("alerts:\n  - {threshold: 1, action: block, reason: x}", "2: unknown key “reason”"),
]

private let badNumbers =
    ["1e3", "0x10", "1_000", "0o17", "017", "1.5", ".5", "5.", ".inf", ".nan", "yes", "+5", "5 000", "10:30", "٣"].map {
        BadFile("organization:\n  daily_cap: \($0)", "2: daily_cap must be a whole number")
    } + [
        BadFile("organization:\n  daily_cap: -5", "2: daily_cap must not be negative: “-5”"),
        BadFile("organization:\n  daily_cap: \"5\"", "2: daily_cap must be a whole number in plain digits, not “5”"),
        BadFile("organization:\n  daily_cap: 1000000000000001", "2: daily_cap must be from 0 to 1000000000000000"),
        BadFile("organization:\n  daily_cap: 99999999999999999999", "2: daily_cap must be from 0 to"),
        BadFile("organization:\n  daily_cap:", "2: daily_cap must be a number, not nothing"),
        BadFile("organization:\n  daily_cap: ~", "2: daily_cap must be a number, not nothing"),
        BadFile("organization:\n  daily_cap: [5]", "2: daily_cap must be a number, not a list"),
        BadFile("organization:\n  daily_cap: {a: 5}", "2: daily_cap must be a number, not keys with values"),
        BadFile("alerts:\n  - {threshold: 80%, action: warn}", "2: threshold must be a number in plain digits"),
        BadFile("alerts:\n  - {threshold: 0, action: warn}", "2: threshold must be from 0.000001 to 1"),
        BadFile("alerts:\n  - {threshold: 0.1234567, action: warn}", "2: threshold must have at most 6 digits"),
        BadFile("alerts:\n  - {threshold: 1, action: throttle, reduction: 1}", "2: reduction must be from 0 to 0.99"),
        BadFile("queue: {length: 10001}", "1: length must be from 0 to 10000"),
    ]

private let badWords = [
    BadFile("projects:\n  a: {priority: urgent}", "2: priority must be one of high, low, normal, not “urgent”"),
    BadFile("projects:\n  a: {priority: [low]}", "2: priority must be a text, not a list"),
    BadFile("alerts:\n  - {threshold: 1, action: shout}", "2: action must be one of block, note, throttle, warn"),
    BadFile("alerts:\n  - {threshold: 1, action: warn, channels: [pager]}", "2: channels must be one of email"),
    BadFile("alerts:\n  - {threshold: 1, action: warn, channels: slack}", "2: channels must be a list, not “slack”"),
    BadFile("alerts:\n  - {threshold: 1, action: block, fallback: prayer}", "2: fallback must be one of cache"),
    BadFile("queue: {waits_for_holds: yes}", "1: waits_for_holds must be true or false, not “yes”"),
    BadFile("organization:\n  limits:\n    - {meter: tokns, window: day, amount: 1}", "3: meter must be one of"),
    BadFile("organization:\n  limits:\n    - {meter: tokens, window: year, amount: 1}", "3: window must be one of"),
]

private let badShapes = [
    BadFile("", "-: says nothing"),
    BadFile("# only this\n", "-: says nothing"),
    BadFile("just words", "1: the file needs keys with values below it, not “just words”"),
    BadFile("- a\n- b", "1: the file needs keys with values below it, not a list"),
    BadFile("organization: 5", "1: “organization” needs keys with values below it, not “5”"),
    BadFile("projects:\n  production:", "2: “production” needs keys with values below it, not nothing"),
    BadFile("projects: [a]", "1: projects needs keys with values below it, not a list"),
    BadFile("alerts: {threshold: 1}", "1: alerts must be a list, not keys with values"),
    BadFile("alerts:\n  - warn", "2: an alert needs keys with values below it"),
    BadFile("alerts:\n  - action: warn", "2: threshold is missing"),
    BadFile("organization:\n  limits:\n    - meter: tokens\n      window: day", "3: amount is missing"),
    BadFile("a: b: c", "1: is not valid YAML: mapping values are not allowed"),
    BadFile("organization:\n daily_cap: 1\n  monthly_budget: 2", "3: a value must begin and end on the same line"),
    BadFile("organization: {daily_cap: 1", "1: is not valid YAML"),
]

private let badTogether = [
    ("{meter: concurrent, window: day, amount: 1}", "concurrent requests go without a window"),
    ("{meter: requests, window: request, amount: 1}", "a single request can be limited in tokens or cost only"),
    ("{meter: tokens, window: bucket, amount: 1}", "refill_per_second belongs to window: bucket"),
    ("{meter: tokens, window: day, amount: 1, refill_per_second: 1}", "refill_per_second belongs to"),
    ("{meter: tokens, window: bucket, amount: 1, refill_per_second: 0}", "refill_per_second must be from 0.000001"),
    ("{meter: tokens, window: day, amount: 1, pressure: {}}", "pressure needs a share"),
    ("{meter: tokens, window: day, amount: 1, pressure: {high: 0.5}}", "unknown key “high”"),
    ("{meter: tokens, window: day, amount: 5, elastic_ceiling: 6}", "elastic_ceiling is for limits of tiers"),
    ("{meter: tokens, window: day, amount: 5, schedule: [{from: 8, until: 9, amount: 1}]}", "from must be a time"),
    ("{meter: cost, window: day, amount: 0.0000000001}", "amount must have at most 9 digits after the point"),
].map { BadFile("organization:\n  limits:\n    - " + $0.0, "3: \($0.1)") }

private let tricks = [
    BadFile("a: &x 1\nb: *x", "1: anchors", "2: aliases"),
    BadFile("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]", "1: anchors", "2: anchors", "3: aliases"),
    BadFile("organization:\n  <<: {daily_cap: 5}", "2: merge keys (<<) are not taken"),
    BadFile("organization: !!map {daily_cap: 5}", "1: tags"),
    BadFile("organization:\n  daily_cap: !!int \"5\"", "2: tags"),
    BadFile("%YAML 1.1\n---\norganization: {daily_cap: 5}", "1: directives"),
    BadFile("organization: {daily_cap: 5}\n---\norganization: {daily_cap: 6}", "2: a second document begins"),
    BadFile("organization: {daily_cap: 5}\n...\nprojects: {}", "3: is not valid YAML"),
    BadFile("? organization\n: {daily_cap: 5}", "1: complex keys"),
    BadFile("? [a, b]\n: 5", "1: complex keys"),
    BadFile("[a, b]: 5", "1: a key must be a name"),
    BadFile("organization: |\n  text", "1: text in blocks"),
    BadFile("organization:\n\tdaily_cap: 5", "2: indented with a tab"),
    BadFile("organization: \"a\n  b\"", "1: a value must begin and end"),
    BadFile("organization: {daily_cap: 1\n  2}", "2: a value must begin and end on the same line"),
    BadFile("organization:\n  daily_cap: 5\u{0}", "2: the invisible character U+0000"),
    BadFile("organization:\u{85}  daily_cap: 5", "1: the invisible character U+0085"),
    BadFile("organization:\n  daily_cap: 5 # \u{202E}cba", "2: the invisible character U+202E"),
    BadFile("organization: {}\norganization: {}", "2: “organization” stands twice, first on line 1"),
    BadFile(
        "projects:\n  a:\n    daily_limit: 1\n    daily_limit: 2\n  a: {}",
        "4: “daily_limit” stands twice, first on line 3", "5: “a” stands twice, first on line 2"),
    BadFile("projects:\n  a: {daily_limit: 1, daily_limit: 2}", "2: “daily_limit” stands more than once"),
    BadFile("projects:\n  a: {}\n  \"a\": {}", "2: “a” stands more than once in the same place"),
    BadFile(String(repeating: "[", count: 200_000), "1: nested deeper than 8 levels"),
    BadFile(String(repeating: "- ", count: 100_000), "1: nested deeper than 8 levels"),
    BadFile("projects: {a: {limits: [[[[[[1]]]]]]}}", "1: nested deeper than 8 levels"),
]
