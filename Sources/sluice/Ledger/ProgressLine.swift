import Core
import Glibc

/// How far a check is, on a terminal only.
struct ProgressLine: Sendable {
    private let isShown = isatty(STDERR_FILENO) == 1

    func show(_ progress: VerificationProgress) {
        guard isShown else { return }
        let part = progress.total > 0 ? " \(progress.done * 100 / progress.total) %" : ""
        write("\r\u{1B}[K\(progress.check.rawValue)\(part)")
    }

    /// Leaves nothing of it.
    func end() {
        if isShown { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
