import Core
import Testing

@testable import Store

struct PasswordTests {
    let hasher = Argon2Hasher()

    @Test func rightPasswordIsVerifiedAndAWrongOneIsNot() async throws {
        let hash = try await hasher.hash("correct horse")
        #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try await hasher.verify("correct horse", against: hash))
        #expect(try await hasher.verify("correct horse ", against: hash) == false)
        #expect(try await hasher.hash("correct horse") != hash)
        #expect(hasher.isOutdated(hash) == false)
    }

    @Test func hashWithOtherParametersIsVerifiedAndOutdated() async throws {
        let hash = "$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHQ$qLml5cbqFAO6YxVHhrSBHP0UWdxrIxkNcM8aMX3blzU"
        #expect(hasher.isOutdated(hash))
        #expect(try await hasher.verify("password", against: hash))
    }

    @Test func everyKeyboardTypesTheSamePassword() async throws {
        let hash = try await hasher.hash("na\u{ef}ve caf\u{e9}")
        #expect(try await hasher.verify("nai\u{308}ve cafe\u{301}", against: hash))
    }

    @Test func decoyIsAsSlowAsAHashAndNobodysPassword() async throws {
        #expect(hasher.isOutdated(hasher.decoy) == false)
        #expect(try await hasher.verify("", against: hasher.decoy) == false)
        let clock = ContinuousClock()
        let real = try await hasher.hash("x")
        let honest = try await clock.measure { _ = try await hasher.verify("wrong", against: real) }
        let decoy = try await clock.measure { _ = try await hasher.verify("wrong", against: hasher.decoy) }
        #expect(decoy > honest / 4, "the decoy was not hashed at all")
    }

    @Test(arguments: ["", "nonsense", "$argon2id$v=19$m=19456,t=2,p=1$", "\0"])
    func hashThatCannotBeReadVerifiesNothing(hash: String) async throws {
        #expect(try await hasher.verify("", against: hash) == false)
    }

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
