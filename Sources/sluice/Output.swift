import Core
import Glibc

/// What a command prints: results to standard output, everything else to standard error.
enum Output {
    static func line(_ text: String) { print(text) }

    /// What is whole lines already.
    static func text(_ text: String) { print(text, terminator: "") }

    static func note(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Why a command did not do what it was asked, in words for the shell. Mistakes in the arguments themselves are
/// `ValidationError`s, which show the usage too.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// Each mistake on a line of its own.
    init(_ flaws: Flaws) {
        self.init(flaws.all.map { "\($0.field): \($0.problem)" }.joined(separator: "\n"))
    }

    /// What happened to the store, and what helps.
    init(_ failure: StoreFailure) {
        switch failure {
        case .busy: self.init("Another program has kept the database locked for seconds. Try again.")
        case .full: self.init("The disk is full. Make room on it and try again; what was saved is safe.")
        case .readOnly: self.init("It cannot be written: the file, its folder or the disk is read-only.")
        case .corrupt(let detail): self.init("The file is damaged, or is no database (\(detail)). Restore a backup.")
        case .unavailable(let detail): self.init("It cannot be read or written: \(detail).")
        case .newerSchema(let migration):
            self.init("A newer version of sluice has written it (\(migration)). Use that version.")
        case .olderSchema(let missing):
            self.init("It lacks \(missing), as an older version made it. Start sluice serve once.")
        case .constraint(_, let detail), .other(let detail): self.init("It did not take that: \(detail).")
        }
    }
}
