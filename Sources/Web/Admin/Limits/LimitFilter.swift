import Core
import Hummingbird

/// Which limits the page shows, as its address has it: `?scope=tier&model=…&state=full`.
struct LimitFilter: Sendable {
    enum State: String, CaseIterable {
        case near, full, shadow
    }

    var scope: Limit.Scope?
    /// Limits that count this model: its own, and those for it alone.
    var model = ""
    var state: State?

    /// Of everything.
    init() {}

    init(_ parameters: Parameters) {
        scope = parameters.get("scope").flatMap(Limit.Scope.init)
        model = parameters.get("model") ?? ""
        state = parameters.get("state").flatMap(State.init)
    }

    func shows(_ listed: ListedLimit, _ standing: LimitStanding) -> Bool {
        let limit = listed.limit
        if let scope, limit.scope != scope { return false }
        if !model.isEmpty, limit.model?.rawValue != model, limit.scope != .model || limit.subject != model {
            return false
        }
        switch state {
        case nil: return true
        case .shadow: return limit.mode == .shadow
        case .full: return standing.fullest.contains { $0.available == 0 }
        case .near: return standing.fullest.contains { $0.takenPartsPerMillion >= 800_000 }
        }
    }

    func choices(_ models: [Model], _ words: Words) -> [Choice] {
        [
            Choice(
                "scope", words("Whom it concerns"), id: "filter-scope",
                options: [("", words("all"))] + Limit.Scope.allCases.map { ($0.rawValue, words.heading(of: $0)) },
                selected: scope?.rawValue ?? ""),
            Choice(
                "model", words("Model"), id: "filter-model",
                options: [("", words("all"))] + models.map { ($0.id.rawValue, $0.name) }, selected: model),
            Choice(
                "state", words("State"), id: "filter-state",
                options: [
                    ("", words("all")), (State.near.rawValue, words("nearly used up")),
                    (State.full.rawValue, words("used up")), (State.shadow.rawValue, words("only noting")),
                ],
                selected: state?.rawValue ?? ""),
        ]
    }
}
