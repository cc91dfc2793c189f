import Core

/// Compares a plan with what there is, and works out what has to be done, without doing any of it.
struct LimitPlanner {
    let session: any SQLSession
    let subjects: LimitSubjects
    let now: Timestamp
    private(set) var steps: [LimitPlanStep] = []
    private(set) var flaws: [LimitsFileFlaw] = []
    /// Who was named already, and where.
    private var seen: [String: Int?] = [:]

    init(_ session: any SQLSession, at now: Timestamp) throws {
        self.session = session
        self.now = now
        subjects = try LimitSubjects(session)
    }

    mutating func add(_ plan: LimitPlan) throws {
        for subject in plan.subjects { try add(subject) }
        if let alerts = plan.alerts { add(alerts) }
        if let queue = plan.queue { add(queue) }
    }

    mutating func refuse(_ reason: String, at line: Int?) {
        flaws.append(LimitsFileFlaw(line: line, reason: reason))
    }

    // MARK: Who

    private mutating func add(_ subject: LimitPlan.Subject) throws {
        let stepsBefore = steps.count
        switch try subjects.find(subject, in: session) {
        case .one(let named):
            guard isFirst(subject, named.id) else { return }
            prioritize(subject, named)
            try addLimits(of: subject, named, stepsBefore)
        case .nobody:
            guard isFirst(subject, subject.name.lowercased()) else { return }
            if let named = make(subject) { try addLimits(of: subject, named, stepsBefore) }
        case .several(let names):
            let list = names.map { "“\($0)”" }.joined(separator: ", ")
            refuse("“\(subject.name)” could be any of \(list)", at: subject.line)
        }
    }

    private mutating func isFirst(_ subject: LimitPlan.Subject, _ id: String) -> Bool {
        guard let line = seen.updateValue(subject.line, forKey: "\(subject.scope) \(id)") else { return true }
        let place = line.map { ", first on line \($0)" } ?? ""
        refuse("\(subject.scope.title(of: subject.name)) stands twice\(place)", at: subject.line)
        return false
    }

    private mutating func prioritize(_ subject: LimitPlan.Subject, _ named: LimitSubjects.Named) {
        guard subject.scope == .project, let before = subjects.priorities[named.id], let after = subject.priority,
            before != after
        else { return }
        append(
            LimitPlanStep(
                .setPriority(after, ProjectID(rawValue: named.id)), subject.scope.title(of: named.name), "priority",
                before: before.rawValue, after: after.rawValue))
    }

    /// A new project or tier; nothing else comes to be by having limits.
    private mutating func make(_ subject: LimitPlan.Subject) -> LimitSubjects.Named? {
        switch subject.scope {
        case .project: return makeProject(subject)
        case .tier: return makeTier(subject)
        case .person: refuse("nobody has the address “\(subject.name)”", at: subject.line)
        case .key: refuse("there is no key “\(subject.name)” in use", at: subject.line)
        default: refuse("there is no \(subject.scope.title(of: "“\(subject.name)”"))", at: subject.line)
        }
        return nil
    }

    private mutating func makeProject(_ subject: LimitPlan.Subject) -> LimitSubjects.Named? {
        let draft = Project.Draft(name: subject.name, priority: subject.priority ?? .normal)
        guard draft.flaws.all.isEmpty else {
            refuse("“\(subject.name)” cannot be the name of a project", at: subject.line)
            return nil
        }
        let project = Project(
            organization: subjects.organization.id, name: draft.name, priority: draft.priority, createdAt: now)
        steps.append(
            LimitPlanStep(
                .makeProject(project), subject.scope.title(of: project.name), "", before: nil,
                after: "\(project.priority.rawValue) priority"))
        return LimitSubjects.Named(id: project.id.rawValue, name: project.name)
    }

    private mutating func makeTier(_ subject: LimitPlan.Subject) -> LimitSubjects.Named? {
        let settings = Tier.Settings.fromFile(subject.name, models: subjects.openModels)
        guard !settings.flaws.all.contains(where: { $0.field == "name" }) else {
            refuse("“\(subject.name)” cannot be the name of a tier", at: subject.line)
            return nil
        }
        let tier = Tier(organization: subjects.organization.id, settings: settings)
        steps.append(
            LimitPlanStep(
                .makeTier(tier), subject.scope.title(of: tier.name), "", before: nil, after: settings.bounds))
        return LimitSubjects.Named(id: tier.id.rawValue, name: tier.name)
    }

    // MARK: For the whole organization

    private mutating func add(_ alerts: [AlertRule]) {
        guard alerts.count <= 50, alerts.allSatisfy(\.isSound) else {
            return refuse("the alerts are out of range", at: nil)
        }
        let changes = alerts.changes(since: subjects.organization.alertRules)
        if !changes.isEmpty { append(LimitPlanStep(.setAlerts(alerts), changes)) }
    }

    private mutating func add(_ queue: QueueBounds) {
        let before = subjects.organization.queue
        guard queue.flaws.all.isEmpty else { return refuse("the queue is out of range", at: nil) }
        if queue == before { return }
        steps.append(
            LimitPlanStep(.setQueue(queue), "organization", "queue", before: before.words, after: queue.words))
    }

    mutating func append(_ step: LimitPlanStep) { steps.append(step) }
}

extension [AlertRule] {
    /// By their thresholds; in which order they stand makes no difference.
    fileprivate func changes(since before: [AlertRule]) -> [LimitPlanChange] {
        Set((self + before).map(\.thresholdPartsPerMillion)).sorted().compactMap { threshold in
            let (old, new) = (before.words(at: threshold), words(at: threshold))
            if old == new { return nil }
            return LimitPlanChange(
                subject: "organization", what: "alert at \(threshold.percent)", before: old, after: new)
        }
    }

    private func words(at threshold: Int64) -> String? {
        let rules = filter { $0.thresholdPartsPerMillion == threshold }
        return rules.isEmpty ? nil : rules.map(\.words).sorted().joined(separator: "; ")
    }
}

extension Tier.Settings {
    /// Room for a long text and a long answer; an admin sets the rest on the tier's page.
    fileprivate static func fromFile(_ name: String, models: Set<ModelID>) -> Self {
        Self(name: name, maxPromptTokens: 32_000, maxReplyTokens: 4_096, models: models, allowance: Tier.Allowance())
    }

    fileprivate var bounds: String {
        "prompts up to \(maxPromptTokens.grouped) tokens, replies up to \(maxReplyTokens.grouped), "
            + (models.isEmpty ? "no model yet" : "every model there is")
    }
}
