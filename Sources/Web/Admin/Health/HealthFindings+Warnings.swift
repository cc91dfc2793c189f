import Core

extension HealthFindings {
    /// What should be put right, the worst first.
    func warnings(_ words: Words) -> [HealthPage.Warning] {
        let all = [
            altered(words), fullDisk(words), readable(words), insecure(words), uncounted(words), unreachable(words),
            withoutModels(words), unserved(words), idleTiers(words), withoutKeys(words), longLog(words), stale(words),
            standIn(words), loneAdmin(words),
        ].compactMap { $0 }
        return all.filter { $0.tone == "stop" } + all.filter { $0.tone == "warn" }
    }

    private func altered(_ words: Words) -> HealthPage.Warning? {
        guard case .broken(let entry) = audit else { return nil }
        return stop(
            words("The audit log was altered."),
            words(
                "Entry {number}, or the one before it, is not what was written. Compare it with a backup.",
                ["number": words.number(entry)]))
    }

    private func fullDisk(_ words: Words) -> HealthPage.Warning? {
        guard store.freeDiskBytes < Self.littleDiskBytes else { return nil }
        let text = words(
            "{left} are free. When the disk is full nothing passes the gate: what cannot be written down is not sent.",
            ["left": words.bytes(store.freeDiskBytes)])
        return store.freeDiskBytes < Self.noDiskBytes
            ? stop(words("The disk is almost full."), text) : warn(words("The disk is filling up."), text)
    }

    private func readable(_ words: Words) -> HealthPage.Warning? {
        guard store.isReadableByOthers else { return nil }
        return stop(
            words("Others on this machine can read the database."),
            words("It holds the keys of the upstreams and everybody's chats: chmod 600 {path}", ["path": store.path]))
    }

    private func insecure(_ words: Words) -> HealthPage.Warning? {
        guard !settings.address.isSecure && !settings.address.isLoopback else { return nil }
        return warn(
            words("The address is plain HTTP."),
            words(
                "Everybody on the way can read passwords and prompts. Put a certificate in front, or use it on this machine only."
            ))
    }

    private func uncounted(_ words: Words) -> HealthPage.Warning? {
        guard encodings.isEmpty else { return nil }
        return stop(
            words("No vocabulary is there."),
            words("Tokens are estimated, not counted. Fetch it with: make vocabulary"))
    }

    private func unreachable(_ words: Words) -> HealthPage.Warning? {
        let names = upstreams.filter { if case .failure = $0.answer { true } else { false } }.map(\.record.name)
        guard !names.isEmpty else { return nil }
        return warn(words("Not every upstream answers."), words.list(names))
    }

    private func withoutModels(_ words: Words) -> HealthPage.Warning? {
        guard !models.contains(where: { !$0.settings.isRetired }) else { return nil }
        return warn(words("There is no model."), words("Nobody can ask anything before one is added."))
    }

    /// Models that an upstream says it does not have.
    private func unserved(_ words: Words) -> HealthPage.Warning? {
        let offers = Dictionary(
            uniqueKeysWithValues: upstreams.compactMap { state in
                (try? state.answer.get()).map { (state.record.id, Set($0)) }
            })
        let missing = models.filter { model in
            guard !model.settings.isRetired, let offer = offers[model.settings.upstream], !offer.isEmpty else {
                return false
            }
            return !offer.contains(model.settings.upstreamModel)
        }
        guard !missing.isEmpty else { return nil }
        return warn(words("Their upstream does not offer these models."), words.list(missing.map(\.name)))
    }

    private func idleTiers(_ words: Words) -> HealthPage.Warning? {
        let served = Set(models.filter { !$0.settings.isRetired }.map(\.id))
        let idle = tiers.filter { !$0.isRetired && $0.settings.models.isDisjoint(with: served) }
        guard !idle.isEmpty else { return nil }
        return warn(words("These tiers have no model to ask."), words.list(idle.map(\.name)))
    }

    private func withoutKeys(_ words: Words) -> HealthPage.Warning? {
        let names = upstreams.map(\.record).filter { !$0.hasKey && $0.baseURL.hasPrefix("https://") }.map(\.name)
        guard !names.isEmpty else { return nil }
        return warn(words("These upstreams have no key."), words.list(names))
    }

    private func longLog(_ words: Words) -> HealthPage.Warning? {
        guard store.logBytes > Self.longLogBytes else { return nil }
        return warn(
            words("The database's log grows."),
            words(
                "{size} are not written back: a backup or another program keeps the file open.",
                ["size": words.bytes(store.logBytes)]))
    }

    /// Holds that the gate should have settled for a worker that is gone.
    private func stale(_ words: Words) -> HealthPage.Warning? {
        let stale = holds.count { $0.leaseUntil.advanced(bySeconds: 60) < now }
        guard stale > 0 else { return nil }
        return warn(
            words("Holds of workers that are gone are not settled."),
            words("{count} of them are over by more than a minute.", ["count": words.number(stale)]))
    }

    private func standIn(_ words: Words) -> HealthPage.Warning? {
        guard settings.isStandIn else { return nil }
        return warn(
            words("Replies come from the stand-in."),
            words("Set OPENAI_BASE_URL and OPENAI_API_KEY, or add an upstream."))
    }

    private func loneAdmin(_ words: Words) -> HealthPage.Warning? {
        guard admins == 1 else { return nil }
        return warn(
            words("Only one person can administer."),
            words("If they lose their password, only the command line on the server helps."))
    }

    private func stop(_ title: String, _ text: String) -> HealthPage.Warning {
        HealthPage.Warning(tone: "stop", title: title, text: text)
    }

    private func warn(_ title: String, _ text: String) -> HealthPage.Warning {
        HealthPage.Warning(tone: "warn", title: title, text: text)
    }
}
