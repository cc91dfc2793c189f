/// A password that an admin hands over: 20 characters that are not mistaken for each other, almost 99 random bits.
enum FirstPassword {
    private static let characters = Array("abcdefghjkmnpqrstuvwxyz23456789")

    /// In four groups, so that it can be read out: `k7m2p-xw9ta-…`.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let groups = (0..<4).map { _ in
            String((0..<5).map { _ in characters[Int.random(in: characters.indices, using: &generator)] })
        }
        return groups.joined(separator: "-")
    }
}
