import Core
import Yams

extension Reading {
    static let mostAlerts = 50

    mutating func alerts(_ field: Field) -> [AlertRule] {
        let nodes = list(field)
        if nodes.count > Self.mostAlerts { refuse("there may be \(Self.mostAlerts) alerts at most", at: field.line) }
        return nodes.compactMap { alert($0, line: $0.mark?.line ?? field.line) }
    }

    private mutating func alert(_ node: Node, line: Int?) -> AlertRule? {
        let known = ["threshold", "action", "channels", "reduction", "fallback"]
        guard let fields = fields(of: node, called: "an alert", line: line, known: known) else { return nil }
        let threshold = required("threshold", of: fields).flatMap { share($0, in: 1...1_000_000) }
        let action = required("action", of: fields).flatMap { word($0, as: AlertRule.Action.self) }
        let channels = fields["channels"].map { self.channels($0) } ?? []
        let reduction = fields["reduction"].flatMap { share($0, in: 0...990_000) }
        if let reduction = fields["reduction"], let action, action != .throttle {
            refuse("reduction is for action: throttle only", at: reduction.line)
        }
        let fallback = fields["fallback"].flatMap { word($0, as: AlertRule.Fallback.self) }
        guard let threshold, let action else { return nil }
        return AlertRule(
            thresholdPartsPerMillion: threshold, action: action, channels: channels,
            reductionPartsPerMillion: reduction, fallback: fallback)
    }

    private mutating func channels(_ field: Field) -> Set<AlertRule.Channel> {
        let channels = list(field).compactMap { node in
            word(
                Field(key: field.key, line: node.mark?.line ?? field.line, value: node), as: AlertRule.Channel.self)
        }
        return Set(channels)
    }
}
