import Mustache

@testable import Web

/// A page that writes down what a template asks it for.
final class Probe: MustacheParent {
    /// What all probes of one page have seen together.
    final class Record {
        /// Every name that some value had.
        var found: Set<String> = []
        /// Every name that Mustache asked the outermost value for in vain, after all others.
        var missing: Set<String> = []
    }

    private let fields: Fields
    private let record: Record
    private let isOutermost: Bool

    init(_ fields: Fields, record: Record, isOutermost: Bool = true) {
        self.fields = fields
        self.record = record
        self.isOutermost = isOutermost
    }

    func child(named name: String) -> Any? {
        guard let value = fields.child(named: name) else {
            if isOutermost { record.missing.insert(name) }
            return nil
        }
        record.found.insert(name)
        return wrapped(value)
    }

    private func wrapped(_ value: Any) -> Any {
        switch value {
        case let fields as Fields: Probe(fields, record: record, isOutermost: false)
        case let list as [Any]: list.map(wrapped)
        default: value
        }
    }
}
