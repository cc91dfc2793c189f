import Foundation

/// Which passwords are taken: 8 to 128 characters of any kind, but none that everyone tries first.
///
/// No rule asks for digits or signs, and none makes a password expire (OWASP ASVS 5.0, 6.2).
public enum PasswordRules {
    public static let minCharacters = 8
    public static let maxCharacters = 128

    /// - Parameter words: what an attacker knows about the person, such as their address and name.
    public static func problem(with password: String, of words: [String] = []) -> Flaw.Problem? {
        if password.count < minCharacters { return .tooShort(minCharacters: minCharacters) }
        if password.count > maxCharacters { return .tooLong(maxCharacters: maxCharacters) }
        let plain = password.lowercased()
        let isGuess = isMonotonous(plain) || isCommon(plain) || words.contains { plain == $0.lowercased() }
        return isGuess ? .tooCommon : nil
    }

    /// "aaaaaaaa", "12345678", "abababab": two characters over and over, or one step repeated.
    private static func isMonotonous(_ password: String) -> Bool {
        let scalars = password.unicodeScalars.map { Int64($0.value) }
        if Set(scalars).count <= 2 { return true }
        let steps = Set(zip(scalars.dropFirst(), scalars).map { $0 - $1 })
        return steps.count == 1
    }

    /// A common word stays common with digits and signs around it.
    private static func isCommon(_ password: String) -> Bool {
        let core = password.trimmingCharacters(in: .letters.inverted)
        return CommonPasswords.all.contains(password) || (core.count >= 4 && CommonPasswords.words.contains(core))
    }
}
