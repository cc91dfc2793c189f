import CArgon2
public import Core
import Foundation

/// Argon2id by libargon2, with the parameters that OWASP's password storage cheat sheet names first for little memory:
/// 19 MiB, two passes, one lane; about 30 ms on a small server.
///
/// https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
public struct Argon2Hasher: PasswordHasher {
    private static let memoryKiB: UInt32 = 19_456
    private static let passes: UInt32 = 2
    private static let lanes: UInt32 = 1
    private static let saltBytes = 16
    private static let hashBytes = 32

    /// Two at once, so that many who sign in together cost 38 MiB and not the machine.
    private let queue: OperationQueue

    public init() {
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = 2
    }

    /// - Throws: `Failure` when there is no memory for it.
    public func hash(_ password: String) async throws -> String {
        try await onQueue { try Self.hash(Self.bytes(of: password)) }
    }

    public func verify(_ password: String, against hash: String) async throws -> Bool {
        try await onQueue { try Self.verify(Self.bytes(of: password), against: hash) }
    }

    public func isOutdated(_ hash: String) -> Bool { !hash.hasPrefix(Self.prefix) }

    /// Salt and hash are all zeros: no password hashes to that.
    public var decoy: String {
        Self.prefix + Self.base64(zeros: Self.saltBytes) + "$" + Self.base64(zeros: Self.hashBytes)
    }

    /// libargon2 refused, such as for want of memory. The text is its own.
    public struct Failure: Error, Sendable, Hashable {
        public var message: String
    }

    private static let prefix = "$argon2id$v=19$m=\(memoryKiB),t=\(passes),p=\(lanes)$"

    private static func bytes(of password: String) -> [UInt8] {
        Array(password.precomposedStringWithCanonicalMapping.utf8)
    }

    /// As the encoded form has it: without padding.
    private static func base64(zeros count: Int) -> String {
        String(Data(count: count).base64EncodedString().prefix { $0 != "=" })
    }

    private static func hash(_ password: [UInt8]) throws -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let length = argon2_encodedlen(passes, memoryKiB, lanes, UInt32(saltBytes), UInt32(hashBytes), Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let result = argon2id_hash_encoded(
            passes, memoryKiB, lanes, password, password.count, salt, salt.count, hashBytes, &encoded, encoded.count)
        try check(result)
        return String(decoding: encoded.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func verify(_ password: [UInt8], against hash: String) throws -> Bool {
        let result = argon2id_verify(hash, password, password.count)
        if result == ARGON2_MEMORY_ALLOCATION_ERROR.rawValue { try check(result) }
        return result == ARGON2_OK.rawValue
    }

    private static func check(_ result: Int32) throws {
        guard result != ARGON2_OK.rawValue else { return }
        throw Failure(message: String(cString: argon2_error_message(result)))
    }

    private func onQueue<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: work)) }
        }
    }
}
