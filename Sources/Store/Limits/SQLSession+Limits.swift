import Core

extension ListedLimit {
    /// Each limit with what it names. `k` is the key of a limit of one.
    static let selection = """
        SELECT \(Limit.columns), l.retired_at, fm.name AS model_name,
               CASE l.scope WHEN 'request' THEN (SELECT o.name FROM organization o WHERE o.id = l.subject)
                            ELSE \(Limit.subjectName) END AS subject_name
          FROM quota_limit l
          LEFT JOIN model fm ON fm.id = l.model
          LEFT JOIN api_key k ON l.scope = 'key' AND k.id = l.subject
        """

    init(_ row: SQLRow) throws {
        let limit = try Limit(row)
        self.init(
            limit: limit, subjectName: try row["subject_name"] ?? limit.subject, modelName: try row["model_name"],
            isAllowance: limit.isAllowance, retiredAt: try row["retired_at"])
    }

    func isBefore(_ other: ListedLimit) -> Bool {
        place.lexicographicallyPrecedes(other.place)
    }

    private var place: [String] {
        let number = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
        return [
            number(limit.scope.rank), subjectName.lowercased(), modelName ?? "",
            number(Limit.Meter.allCases.firstIndex(of: limit.meter) ?? 0),
            number(Window.allCases.firstIndex(of: limit.window) ?? 0), limit.mode.rawValue, limit.id.rawValue,
        ]
    }
}

/// Limits as they are stored, inside a transaction.
extension SQLSession {
    func listedLimit(_ id: Limit.ID) throws -> ListedLimit? {
        try row("\(ListedLimit.selection) WHERE l.id = $1", id).map(ListedLimit.init)
    }

    func storedLimit(_ id: Limit.ID) throws -> Limit? { try listedLimit(id)?.limit }

    /// - Throws: `NotFound`, also for one that was taken away.
    func liveLimit(_ id: Limit.ID) throws -> ListedLimit {
        guard let limit = try listedLimit(id), limit.retiredAt == nil else { throw NotFound() }
        return limit
    }

    /// The one that counted the same and was taken away last.
    func retiredLimit(like limit: Limit) throws -> ListedLimit? {
        try namesakes(of: limit).filter { $0.retiredAt != nil }.max { left, right in
            (left.retiredAt?.milliseconds ?? 0) < (right.retiredAt?.milliseconds ?? 0)
        }
    }

    private func namesakes(of limit: Limit) throws -> [ListedLimit] {
        try rows(
            "\(ListedLimit.selection) WHERE l.scope = $1 AND l.subject = $2 AND l.meter = $3 AND l.time_window = $4",
            limit.scope, limit.subject, limit.meter, limit.window
        ).map(ListedLimit.init).filter { $0.limit.countsTheSame(as: limit) }
    }

    /// - Throws: `Flaws` when another limit counts the same, or it names what does not exist.
    func check(_ limit: Limit) throws {
        var flaws: [Flaw] = []
        if try !exists(limit.subject, in: limit.scope.table) { flaws.append(Flaw("subject", .unknown)) }
        if let model = limit.model, try !exists(model.rawValue, in: "model") { flaws.append(Flaw("model", .unknown)) }
        let isTaken = try namesakes(of: limit).contains { $0.retiredAt == nil && $0.limit.id != limit.id }
        if isTaken { flaws.append(Flaw("limit", .taken)) }
        try Flaws(flaws).throwIfAny()
    }

    private func exists(_ id: String, in table: String) throws -> Bool {
        try row("SELECT id FROM \(table) WHERE id = $1", id) != nil
    }

    func insert(_ limit: Limit) throws {
        try execute(
            """
            INSERT INTO quota_limit (id, scope, subject, model, meter, time_window, amount, refill, mode, schedule,
                                     pressure, elastic_ceiling)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            limit.id, limit.scope, limit.subject, limit.model, limit.meter, limit.window, limit.amount, limit.refill,
            limit.mode, try limit.storedSchedule, try limit.storedPressure, limit.elasticCeiling)
    }

    /// All but what it counts; it counts again if it was taken away.
    func update(_ limit: Limit) throws {
        try execute(
            """
            UPDATE quota_limit SET amount = $2, refill = $3, mode = $4, schedule = $5, pressure = $6,
                elastic_ceiling = $7, raised_to = CASE WHEN $7 IS NULL THEN NULL ELSE raised_to END, retired_at = NULL
             WHERE id = $1
            """,
            limit.id, limit.amount, limit.refill, limit.mode, try limit.storedSchedule, try limit.storedPressure,
            limit.elasticCeiling)
    }
}

extension Limit {
    /// NULL for none, as the ledger expects it.
    fileprivate var storedSchedule: String? { get throws { schedule.isEmpty ? nil : try StoredJSON.text(schedule) } }
    fileprivate var storedPressure: String? { get throws { try pressure.map { try StoredJSON.text($0) } } }
}

extension Limit.Scope {
    /// Where its subjects are.
    fileprivate var table: String {
        switch self {
        case .organization, .request: "organization"
        case .project: "project"
        case .tier: "tier"
        case .person: "person"
        case .key: "api_key"
        case .model: "model"
        }
    }
}
