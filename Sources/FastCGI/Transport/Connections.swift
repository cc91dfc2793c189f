import Synchronization

/// Every open connection by its id. Events carry ids, not pointers: an event of a connection that has just ended finds
/// nothing. Split over several locks, as every request passes through here on its way in and out.
final class Connections: Sendable {
    private final class Shard: Sendable {
        let connections = Mutex<[UInt64: Connection]>([:])
    }

    private let shards = (0..<16).map { _ in Shard() }
    private let nextID = Atomic<UInt64>(firstID)
    private let isCancelling = Atomic<Bool>(false)

    /// Lower tags mean something else in an event set.
    static let firstID: UInt64 = 16

    func add(adopting descriptor: Int32) -> Connection {
        let id = nextID.wrappingAdd(1, ordering: .relaxed).newValue
        let connection = Connection(adopting: descriptor, id: id)
        shard(id).connections.withLock { $0[id] = connection }
        return connection
    }

    func remove(_ connection: Connection) {
        shard(connection.id).connections.withLock { _ = $0.removeValue(forKey: connection.id) }
    }

    subscript(id: UInt64) -> Connection? {
        shard(id).connections.withLock { $0[id] }
    }

    var all: [Connection] {
        shards.flatMap { shard in shard.connections.withLock { Array($0.values) } }
    }

    /// Cancels all that is open, and what is just being read as soon as it begins to be answered (`cancelIfEnding`).
    func cancelAll() {
        isCancelling.store(true, ordering: .sequentiallyConsistent)
        for connection in all { connection.cancel() }
    }

    func cancelIfEnding(_ connection: Connection) {
        if isCancelling.load(ordering: .sequentiallyConsistent) { connection.cancel() }
    }

    private func shard(_ id: UInt64) -> Shard {
        shards[Int(id % 16)]
    }
}
