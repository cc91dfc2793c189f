import Core
import Testing

@testable import Store

struct Argon2HasherTests {
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

    /// Nobody computes 19 MiB of Argon2 in a millisecond, and nobody takes one to see that a hash cannot be read.
    @Test func decoyIsHashedLikeAnyOtherAndNobodysPassword() async throws {
        let shape = { (hash: String) in hash.split(separator: "$").map(\.count) }
        #expect(try await shape(hasher.decoy) == shape(hasher.hash("x")))
        #expect(hasher.isOutdated(hasher.decoy) == false)
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try await hasher.verify("", against: hasher.decoy) == false)
        let duration = start.duration(to: clock.now)
        #expect(duration > .milliseconds(1), "the decoy was not hashed at all")
    }

    @Test(arguments: ["", "nonsense", "$argon2id$v=19$m=19456,t=2,p=1$", "\0"])
    func hashThatCannotBeReadVerifiesNothing(hash: String) async throws {
        #expect(try await hasher.verify("", against: hash) == false)
    }
}
