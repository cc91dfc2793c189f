import Core
import LimitsFile
import LimitsTestSupport

extension Property {
    /// A file of limits is refused with reasons, or it is a plan that makes sense and is the same when it was exported and
    /// read again.
    static let limits = Property(name: "limits", maxBytes: 2000) { bytes in
        let plan: LimitPlan
        do {
            plan = try LimitsFile.read(bytes: bytes)
        } catch let flaws as LimitsFileFlaws {
            return try require(!flaws.all.isEmpty, "refused without a reason")
        }
        let text = LimitsFile.write(plan)
        guard let read = try? LimitsFile.read(text) else {
            throw Counterexample(description: "what is written is refused: \(text)")
        }
        try require(read.withoutLines.sorted == plan.withoutLines.sorted, "what is written is another plan: \(text)")
        try require(LimitsFile.write(read) == text, "written again, it is not \(text)")
        for subject in plan.subjects {
            for rule in subject.rules { try rule.limit(of: subject.scope, "", model: nil).check() }
        }
        try require(plan.alerts?.allSatisfy(\.isSound) != false, "unsound alerts: \(text)")
    }
}
