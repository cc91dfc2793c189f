import Synchronization

/// What was read out of a text, kept for the next time: settings come as the same text with every request.
final class Memo<Value: Sendable>: Sendable {
    private let known = Mutex<[String: Value]>([:])

    /// - Parameter read: is called once for each text, or more often when many differ.
    func value(of text: String, read: (String) throws -> Value) rethrows -> Value {
        if let value = known.withLock({ $0[text] }) { return value }
        let value = try read(text)
        known.withLock { known in
            if known.count >= 256 { known.removeAll() }
            known[text] = value
        }
        return value
    }
}
