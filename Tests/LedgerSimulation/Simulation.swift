public import Core
import Store

/// Leads the ledger and its model through the same histories: whatever one of them answers, the other must answer too,
/// and what is written in the book must be what the model has in mind.
public struct Simulation {
    /// The ledger of a worker, or one that is broken on purpose.
    public typealias Tampering = @Sendable (any Ledger) -> any Ledger

    let book: Book
    let tampering: Tampering
    /// All accounts are compared after so many steps, besides those that a step could touch after each.
    private let interval: Int
    var model: LedgerModel
    var now = Timestamp(milliseconds: 0)
    var tiers: [TierID] = []
    var grants: [Int: Grant.ID] = [:]
    var coverage = Coverage()
    var transcript = Transcript()
    var differences: [String] = []

    /// - Parameters:
    ///   - folder: where the database is to be for as long as the simulation is.
    ///   - interval: how often everything is compared.
    public init(in folder: String, comparingAllEvery interval: Int = 100, tampering: @escaping Tampering = { $0 })
        async throws
    {
        book = try await Book(in: folder)
        self.tampering = tampering
        self.interval = interval
        model = LedgerModel(calendar: WindowCalendar(timeZone: "UTC")!)
    }

    /// - Returns: the first difference; nil where there is none.
    public mutating func run(_ history: History) async throws -> Difference? {
        try begin(history)
        for (number, step) in history.steps.enumerated() {
            await perform(step)
            let isLast = number == history.count - 1
            if isLast || number % interval == interval - 1 { await compareAll(after: number) }
            if isLast { try compareUsage() }
            if !differences.isEmpty { return Difference(step: number, what: differences) }
        }
        coverage.count("history")
        return nil
    }

    /// What all answers of the last history come to: the same for the same history, on every machine.
    public var fingerprint: UInt64 { transcript.hash }

    /// What was met since this was asked the last time.
    public mutating func takeCoverage() -> Coverage {
        defer { coverage = Coverage() }
        return coverage
    }

    private mutating func begin(_ history: History) throws {
        try book.empty()
        model = LedgerModel(calendar: WindowCalendar(timeZone: "UTC")!)
        tiers = World.people.map { _ in World.tiers[0] }
        grants = [:]
        transcript = Transcript()
        differences = []
        set(clock: history.beginning)
    }

    mutating func set(clock moment: Timestamp) {
        now = moment
        book.clock.set(moment)
    }

    /// Does the step in the book first, and then, unless the database was made to fail, in the model.
    private mutating func perform(_ step: Step) async {
        do {
            if step.fault != nil { try book.fail(at: step.fault) }
            defer { if step.fault != nil { try? book.fail(at: nil) } }
            do {
                try await perform(step.operation, by: step.worker)
            } catch StoreFailure.constraint(.other, _) where step.fault != nil {
                coverage.count("undone by a fault")
                await compareAll(after: 0)
            }
        } catch {
            differences.append("\(step.operation.kind) threw \(error)")
        }
        coverage.count("asked: " + step.operation.kind)
    }

    private mutating func perform(_ operation: Operation, by worker: Int) async throws {
        let store = book.workers[worker]
        let ledger = tampering(store.ledger)
        switch operation {
        case .hold(let asked): try await hold(asked, in: ledger)
        case .extend(let request, let reply): try await extend(request, to: reply, in: ledger)
        case .settle(let request, let usage, let outcome): try await settle(request, usage, outcome, in: ledger)
        case .release(let request): try await release(request, in: ledger)
        case .refresh(let request, let streamed, let lease): try await refresh(request, streamed, lease, in: ledger)
        case .reap(let seconds): try await reap(lateBy: seconds, in: ledger)
        case .look(let way): try await look(way, in: ledger)
        case .crash: try await book.replace(worker)
        default: try await change(operation, in: store)
        }
    }
}

/// Where ledger and model part.
public struct Difference: Error, Sendable, CustomStringConvertible {
    /// Counted from zero.
    public let step: Int
    public let what: [String]

    public var description: String { "step \(step): " + what.joined(separator: "\n  ") }
}

/// Everything that was answered, as one number.
/// http://www.isthe.com/chongo/tech/comp/fnv/
struct Transcript {
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func note(_ number: Int64) {
        hash = (hash ^ UInt64(bitPattern: number)) &* 0x100_0000_01b3
        hash ^= hash >> 29
    }
}

/// How often what was met.
public struct Coverage: Sendable {
    public private(set) var counts: [String: Int] = [:]

    mutating func count(_ what: String, _ times: Int = 1) { counts[what, default: 0] += times }

    public init() {}

    public mutating func add(_ other: Coverage) { counts.merge(other.counts, uniquingKeysWith: +) }
}
