/// How the store is: facts for the health page, not judgements.
public struct StoreHealth: Sendable, Hashable {
    /// Such as `SQLite 3.40.1`.
    public var engine: String
    public var path: String
    public var fileBytes: Int64
    /// What was written and is not in the main file yet.
    public var logBytes: Int64
    /// Free for this program on the disk with the file.
    public var freeDiskBytes: Int64
    /// The newest step of the schema, such as `010_ledger`.
    public var migration: String
    /// Whether others than the owner of the file can read it.
    public var isReadableByOthers: Bool

    public init(
        engine: String, path: String, fileBytes: Int64, logBytes: Int64, freeDiskBytes: Int64, migration: String,
        isReadableByOthers: Bool
    ) {
        self.engine = engine
        self.path = path
        self.fileBytes = fileBytes
        self.logBytes = logBytes
        self.freeDiskBytes = freeDiskBytes
        self.migration = migration
        self.isReadableByOthers = isReadableByOthers
    }
}
