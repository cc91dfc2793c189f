/// The rooms of the admin panel (`templates/admin/tabs.mustache`).
enum AdminTab: String, CaseIterable, Sendable {
    case limits, tiers, people, projects, models, upstreams, organization, usage, holds, alerts, health, audit

    struct Link: Sendable {
        let href: String
        let label: String
        let isCurrent: Bool
    }

    /// The row of links with this one current.
    func links(_ words: Words) -> [Link] {
        Self.allCases.map {
            Link(href: "/admin/\($0.rawValue)", label: words($0.label), isCurrent: $0 == self)
        }
    }

    private var label: String {
        switch self {
        case .limits: "Limits"
        case .tiers: "Tiers"
        case .people: "People"
        case .projects: "Projects"
        case .models: "Models"
        case .upstreams: "Upstreams"
        case .organization: "Organization"
        case .usage: "Usage"
        case .holds: "Holds"
        case .alerts: "Alerts"
        case .health: "Health"
        case .audit: "Audit log"
        }
    }
}
