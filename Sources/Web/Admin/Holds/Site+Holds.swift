import Core
import Foundation
import Hummingbird

/// `/admin/holds`: every request that runs now, in any worker.
extension Site {
    func addHoldRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("holds", use: listHolds)
    }

    private func listHolds(_ request: Request, _ context: SiteContext) async throws -> Response {
        let holds = try await ports.ledger.openHolds()
        let people = try await ports.people.people(Set(holds.map(\.origin.path.person)))
        let names = Dictionary(uniqueKeysWithValues: people.map { ($0.id, $0.displayName) })
        let models = try await modelNames()
        let zone = try await zone(of: context.asker().person)
        let now = ports.time.now()
        let page = HoldsPage(
            frame: try await frame(words("Holds"), .admin, for: context), tabs: AdminTab.holds.links(words),
            summary: summary(of: holds),
            rows: holds.map { HoldsPage.Row($0, names: names, models: models, now: now, zone: zone, words) })
        return response(page)
    }

    private func summary(of holds: [OpenHold]) -> String {
        words(
            "{holds}, {tokens}",
            [
                "holds": words(Int64(holds.count), one: "{count} hold", other: "{count} holds"),
                "tokens": words.tokens(holds.reduce(0) { $0.addingClamped($1.tokens) }),
            ])
    }
}

extension OpenHold {
    /// Prompt and the longest reply, before the model's weight.
    fileprivate var tokens: Int64 { promptTokens.addingClamped(replyCap) }
}

extension HoldsPage.Row {
    fileprivate init(
        _ hold: OpenHold, names: [PersonID: String], models: [ModelID: String], now: Timestamp, zone: TimeZone,
        _ words: Words
    ) {
        let path = hold.origin.path
        self.init(
            request: hold.id.rawValue, person: names[path.person] ?? path.person.rawValue,
            personLink: "/admin/people/\(path.person)", model: models[path.model] ?? hold.origin.modelAsked,
            held: words.number(hold.tokens), streamed: words.number(hold.streamedTokens),
            age: words.seconds(from: hold.openedAt, to: now), since: Moment(hold.openedAt, zone: zone),
            expires: Moment(hold.leaseUntil, zone: zone), owner: hold.owner)
    }
}

extension Words {
    /// `4 s`, `12 min`; never negative, whatever the clock does.
    fileprivate func seconds(from start: Timestamp, to end: Timestamp) -> String {
        let seconds = max(0, (end.milliseconds - start.milliseconds) / 1000)
        return seconds < 120
            ? self("{count} s", ["count": number(seconds)]) : self("{count} min", ["count": number(seconds / 60)])
    }
}
