import Core

/// Everything that the health page judges.
struct HealthFindings: Sendable {
    let settings: Site.Settings
    let store: StoreHealth
    let encodings: [String]
    let organization: Organization
    let tiers: [Tier]
    let models: [Model]
    let upstreams: [UpstreamState]
    let holds: [OpenHold]
    let audit: AuditVerdict
    let now: Timestamp
    /// Who may sign in and administer.
    let admins: Int

    /// Below this a busy day fills the disk.
    static let littleDiskBytes: Int64 = 1_000_000_000
    /// Below this the next hour may.
    static let noDiskBytes: Int64 = 100_000_000
    /// A log that is this long is not written back: some reader holds it.
    static let longLogBytes: Int64 = 64_000_000

    func groups(_ words: Words) -> [HealthPage.Group] {
        [program(words), database(words), upstreamGroup(words), organizationGroup(words)]
    }

    private func program(_ words: Words) -> HealthPage.Group {
        HealthPage.Group(
            title: words("Program"),
            facts: [
                fact(words("Sluice"), settings.version), fact(words("Address"), settings.address.origin),
                fact(words("Counts tokens with"), words.list(encodings)),
                fact(words("Requests under way"), words.number(holds.count)),
                fact(words("Workers with a request"), words.number(Set(holds.map(\.owner)).count)),
            ])
    }

    private func database(_ words: Words) -> HealthPage.Group {
        let isShort = store.freeDiskBytes < Self.littleDiskBytes
        return HealthPage.Group(
            title: words("Database"),
            facts: [
                fact(words("Engine"), store.engine), fact(words("File"), store.path),
                fact(words("Size"), words.bytes(store.fileBytes)), fact(words("Log"), words.bytes(store.logBytes)),
                fact(words("Schema"), store.migration),
                fact(words("Free on its disk"), words.bytes(store.freeDiskBytes), isShort ? words("little") : nil),
            ])
    }

    private func upstreamGroup(_ words: Words) -> HealthPage.Group {
        HealthPage.Group(
            title: words("Upstreams"),
            facts: upstreams.map { state in
                switch state.answer {
                case .success(let names):
                    let count = words(
                        Int64(names.count), one: "answers with {count} model", other: "answers with {count} models")
                    return fact(state.record.name, count)
                case .failure(let failure): return fact(state.record.name, words.failure(failure), words("no answer"))
                }
            })
    }

    private func organizationGroup(_ words: Words) -> HealthPage.Group {
        let verdict =
            switch audit {
            case .intact(let entries): words("{count} entries, none altered", ["count": words.number(entries)])
            case .broken(let entry): words("altered at entry {number}", ["number": words.number(entry)])
            }
        return HealthPage.Group(
            title: words("Organization"),
            facts: [
                fact(words("Name"), organization.name), fact(words("Time zone"), organization.timeZone),
                fact(words("People who can administer"), words.number(admins)), fact(words("Audit log"), verdict),
            ])
    }

    private func fact(_ name: String, _ value: String, _ problem: String? = nil) -> HealthPage.Fact {
        HealthPage.Fact(name: name, value: value, problem: problem)
    }
}

extension Words {
    /// `412 MB`: whole decimal units, rounded down.
    func bytes(_ count: Int64) -> String {
        let units: [(Int64, String)] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")]
        let unit = units.first { count >= $0.0 } ?? (1, "B")
        return number(count / unit.0) + " " + unit.1
    }
}
