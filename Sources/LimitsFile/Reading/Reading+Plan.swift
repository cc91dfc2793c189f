import Core
import Yams

/// The sections of a file, and who stands in them.
extension Reading {
    private static let sections = Limit.Scope.inFile.map(\.section) + ["alerts", "queue"]

    mutating func plan(_ root: Node?) -> LimitPlan {
        var plan = LimitPlan()
        guard let root else {
            refuse("says nothing", at: nil)
            return plan
        }
        guard let fields = fields(of: root, called: "the file", line: root.mark?.line, known: Self.sections)
        else { return plan }
        for scope in Limit.Scope.inFile {
            if let section = fields[scope.section] { plan.subjects += subjects(of: scope, section) }
        }
        plan.alerts = fields["alerts"].map { alerts($0) }
        plan.queue = fields["queue"].flatMap { queue($0) }
        return plan
    }

    private mutating func subjects(of scope: Limit.Scope, _ section: Field) -> [LimitPlan.Subject] {
        if scope.isOnlyOne { return subject(scope, "", section).map { [$0] } ?? [] }
        guard let fields = fields(of: section.value, called: section.key, line: section.line) else { return [] }
        return fields.all.compactMap { field in
            guard field.key.hasPrefix(scope.prefix), field.key != scope.prefix else {
                refuse("\(field.key.quoted) must begin with \(scope.prefix) and name a tier", at: field.line)
                return nil
            }
            return subject(scope, String(field.key.dropFirst(scope.prefix.count)), field)
        }
    }

    /// In characters, as it would be written.
    /// https://yaml.org/spec/1.2.2/#822-block-mappings
    private static let longestKey = 1024

    private mutating func subject(_ scope: Limit.Scope, _ name: String, _ field: Field) -> LimitPlan.Subject? {
        let called = field.key.quoted
        guard field.key.asYAML.unicodeScalars.count <= Self.longestKey else {
            refuse("\(called) is longer than a name can be", at: field.line)
            return nil
        }
        guard let fields = fields(of: field.value, called: called, line: field.line, known: scope.keys)
        else { return nil }
        var subject = LimitPlan.Subject(scope: scope, name: name, rules: [], line: field.line)
        if scope == .project {
            subject.priority = fields["priority"].map { word($0, as: Priority.self) ?? .normal } ?? .normal
        }
        for short in scope.shortKeys {
            guard let field = fields[short.key], let amount = amount(field, short.meter) else { continue }
            subject.rules.append(
                LimitPlan.Rule(meter: short.meter, window: short.window, amount: amount, line: field.line))
        }
        if let limits = fields["limits"] {
            subject.rules += list(limits).compactMap { rule($0, of: scope, line: limits.line) }
        } else {
            let names = scope.shortKeys.map { Limit.Name(scope: scope, meter: $0.meter, window: $0.window) }
            subject.coverage = .kinds(Set(names))
        }
        return subject
    }

    private mutating func queue(_ field: Field) -> QueueBounds? {
        let known = ["length", "seconds", "waits_for_holds"]
        guard let fields = fields(of: field.value, called: field.key, line: field.line, known: known)
        else { return nil }
        var queue = QueueBounds()
        let whole = FixedPoint(places: 0)
        if let length = fields["length"] { queue.length = number(length, whole, in: 0...10_000) ?? 0 }
        if let seconds = fields["seconds"] { queue.seconds = number(seconds, whole, in: 0...600) ?? 0 }
        if let waits = fields["waits_for_holds"] { queue.waitsForHolds = truth(waits) ?? false }
        return queue
    }
}
