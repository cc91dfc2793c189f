import Core
import LimitsFile
import LimitsTestSupport
import SeededRandom
import Testing

@testable import Store

/// Export and import over random plans on a real store.
struct RoundTripTests {
    let temporary: TemporaryStore
    let names: PlanNames
    var plans: any LimitPlans { temporary.store.limitPlans }

    init() async throws {
        temporary = try await TemporaryStore()
        let people = ["ada@example.org", "o'neil@example.org", "null@example.org", "0x10@example.org"]
        for email in people { _ = try await temporary.addPerson(email) }
        let models = ["gpt-4o", "R & D", "yes", "*star"]
        for model in models { _ = try await temporary.addModel(model, in: [temporary.standard.id]) }
        var keys: [String] = []
        for name in ["one", "two"] {
            let key = try await temporary.store.keys.create(
                APIKey.Settings(name: name), secret: .random(), for: temporary.admin.id, by: temporary.actor)
            keys.append(key.id.rawValue)
        }
        names = PlanNames(
            projects: PlanNames.awkward, tiers: PlanNames.awkward + ["standard"], people: people, keys: keys,
            models: models)
    }

    @Test(arguments: 0..<12)
    func importOfAnExportChangesNothing(seed: Int) async throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5 {
            let plan = random.plan(of: names)
            _ = try await plans.apply(plan, by: .shell)
            #expect(try await plans.preview(plan).isEmpty)
            let text = LimitsFile.write(try await plans.current())
            let limits = try await limits()
            #expect(try await plans.apply(LimitsFile.read(text), by: .shell) == [])
            #expect(try await self.limits() == limits)
            #expect(LimitsFile.write(try await plans.current()) == text)
        }
    }

    @Test(arguments: 0..<6)
    func anExportMakesAnotherStoreTheSame(seed: Int) async throws {
        var random = SeededGenerator(seed: 1000 + seed)
        var names = names
        names.keys = []
        for _ in 0..<3 { _ = try await plans.apply(random.plan(of: names), by: .shell) }
        let text = LimitsFile.write(try await plans.current())
        let other = try await RoundTripTests()
        _ = try await other.plans.apply(LimitsFile.read(text), by: .shell)
        #expect(LimitsFile.write(try await other.plans.current()) == text)
    }

    @Test(arguments: 0..<12)
    func filesThatWereDamagedNeitherCrashNorApplyByHalves(seed: Int) async throws {
        var random = SeededGenerator(seed: 2000 + seed)
        _ = try await plans.apply(random.plan(of: names), by: .shell)
        let whole = Array(LimitsFile.write(try await plans.current()).utf8)
        var read = 0
        for _ in 0..<40 {
            let bytes = random.damage(whole)
            let before = try await limits()
            do {
                let plan = try LimitsFile.read(bytes: bytes)
                read += 1
                _ = try await plans.apply(plan, by: .shell)
                #expect(try await plans.preview(plan).isEmpty)
            } catch let flaws as LimitsFileFlaws {
                #expect(!flaws.all.isEmpty)
                #expect(try await limits() == before)
            }
        }
        #expect(read > 0)
    }

    /// Every row with its id, the retired ones too.
    private func limits() async throws -> [String] {
        try await temporary.store.database.read { session in
            try session.rows("SELECT * FROM quota_limit ORDER BY id").map { "\($0.values)" }
        }
    }
}

extension SeededGenerator {
    /// One to three bytes, lines or digits put in, taken away, doubled or changed.
    fileprivate mutating func damage(_ whole: [UInt8]) -> [UInt8] {
        var bytes = whole
        for _ in 0...below(2) {
            let place = below(bytes.count)
            switch below(8) {
            case 0: bytes.remove(at: place)
            case 1: bytes[place] = UInt8(below(256))
            case 2:
                bytes.insert(
                    contentsOf: Array(pick(["&a ", "*a", "!!x ", "- ", ": ", "\n", "  ", "'", "[", "-"]).utf8),
                    at: place)
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + below(40)))
            case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + below(40))], at: place)
            default: if (0x30...0x39).contains(bytes[place]) { bytes[place] = 0x31 + UInt8(below(9)) }
            }
            if bytes.isEmpty { return whole }
        }
        return bytes
    }
}
