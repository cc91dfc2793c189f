import Core

// The enumerations of Core that are stored by their raw text.
extension Limit.Meter: SQLRepresentable {}
extension Window: SQLRepresentable {}
extension Usage.Source: SQLRepresentable {}
extension Outcome: SQLRepresentable {}
