import Core
import HTTPTypes
import Logging

extension Failure {
    /// What a store that does not take anything now means to a person; nil for what is a defect, or lasts.
    init?(_ failure: StoreFailure) {
        switch failure {
        case .busy: self = .standard(.serviceUnavailable)
        case .full, .readOnly, .unavailable: self = .cannotSave
        case .corrupt, .newerSchema, .olderSchema, .constraint, .other: return nil
        }
    }
}

extension Logger {
    /// A crowd at the store passes; the rest wakes somebody up.
    func note(_ failure: StoreFailure) {
        let level: Level = failure == .busy ? .warning : .critical
        log(level: level, "The store cannot be written", metadata: ["error": "\(failure)"])
    }
}
