import Core
import Testing

struct SecretTests {
    @Test func secretIsItsPrefixAndTheBitsInBase64URL() {
        let zeros = APIKey.Secret(bits: Array(repeating: 0, count: 32))
        #expect(zeros.rawValue == "slk_" + String(repeating: "A", count: 43))
        let ones = APIKey.Secret(bits: Array(repeating: 255, count: 32))
        #expect(ones.rawValue == "slk_" + String(repeating: "_", count: 42) + "8")
        let dashes = APIKey.Secret(bits: Array(repeating: 0b1111_1011, count: 32))
        #expect(dashes.rawValue.hasPrefix("slk_-_v7-_v7") && dashes.rawValue.utf8.count == 47)
    }

    @Test func everySecretIsAnotherAndReadsBack() {
        let secrets = (0..<1_000).map { _ in APIKey.Secret.random() }
        #expect(Set(secrets).count == secrets.count)
        for secret in secrets { #expect(APIKey.Secret(rawValue: secret.rawValue) == secret) }
    }

    @Test func printedItShowsOnlyItsBeginning() {
        let secret = APIKey.Secret.random()
        #expect(secret.beginning == secret.rawValue.prefix(8) + "…")
        #expect("\(secret)" == "APIKey.Secret(\(secret.beginning))")
    }

    private static let letters = String(repeating: "a", count: 42)

    /// With the right beginning and 42 good characters before it.
    private static let badEnds = ["", "aa", " ", "\n", "+", "/", "=", "'", "%", "é"]
    private static let bad: [String] =
        badEnds.map { "slk_" + letters + $0 } + [
            "", "slk_", letters + "abcde", "SLK_" + letters + "a", "sk-_" + letters + "a", " slk_" + letters,
            String(repeating: "x", count: 20_000),
        ]

    @Test(arguments: bad)
    func whatIsNoSecretIsNone(text: String) {
        #expect(APIKey.Secret(rawValue: text) == nil)
    }
}
