public import Core

extension SQLStore {
    public var ledger: some Ledger { SQLLedger(database: database, live: live) }

    public var usageHistory: some UsageHistory { SQLUsageHistory(database: database) }

    public var gatePolicy: some GatePolicy { SQLGatePolicy(database: database) }
}
