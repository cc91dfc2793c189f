import Core
import Testing

struct PasswordRulesTests {
    @Test(
        arguments: [
            ("short12", .tooShort(minCharacters: 8)),
            (String(repeating: "ab1", count: 43), .tooLong(maxCharacters: 128)),
            ("password", .tooCommon), ("Password123!", .tooCommon), ("12345678", .tooCommon),
            ("aaaaaaaaaa", .tooCommon),
            ("abababab", .tooCommon), ("!!summer2024", .tooCommon), ("QWERTYUIOP", .tooCommon),
            ("zyxwvuts", .tooCommon),
            ("ada@example.org", .tooCommon), ("correct horse battery", nil), ("пароль-из-слов", nil),
            ("tr0ub4dor&3", nil),
        ] as [(String, Flaw.Problem?)])
    func passwordsAreJudged(password: String, problem: Flaw.Problem?) {
        #expect(PasswordRules.problem(with: password, of: ["ada@example.org", "Ada"]) == problem)
    }
}
