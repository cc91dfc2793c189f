import Core
import Glibc
import Synchronization

/// How far each running reply is, piece by piece, in memory that all workers map: what a worker had read is known after
/// it was killed, to the last piece. A transaction for each piece would cost a thousand times as much.
///
/// It is a file beside the database, as SQLite's own shared memory is; it need not survive a power cut, because the
/// replies do not either. Without it the ledger goes by what was noted at the last refresh.
final class LiveCounts: Sendable {
    /// Slots are pairs of words: whose it is, 0 for nobody's, and the count.
    private static let slots = 1 << 14
    /// So far from its own slot a request may have one.
    private static let reach = 16
    private static let bytes = slots * 2 * MemoryLayout<UInt64>.size

    /// Mapped until `deinit`, and touched only by atomic operations.
    private nonisolated(unsafe) let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// - Parameters:
    ///   - path: of the file.
    ///   - creates: whether it is made where there is none.
    /// - Returns: nil where it cannot be had, such as on a full disk.
    init?(path: String, creates: Bool = true) {
        let file = Glibc.open(path, O_RDWR | (creates ? O_CREAT : 0) | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return nil }
        defer { Glibc.close(file) }
        // Real blocks: a page of a sparse file that finds no room when it is touched would end the process (SIGBUS).
        guard posix_fallocate(file, 0, off_t(Self.bytes)) == 0,
            let start = mmap(nil, Self.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), start != MAP_FAILED
        else { return nil }
        words = start.bindMemory(to: Atomic<UInt64>.self, capacity: Self.slots * 2)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(words), Self.bytes)
    }

    /// Makes room for a request. Where there is none, nothing is known of it here.
    func open(_ request: RequestID) {
        let name = Self.name(request)
        for word in Self.places(of: name)
        where words[word].compareExchange(expected: 0, desired: name, ordering: .acquiringAndReleasing).exchanged {
            words[word + 1].store(0, ordering: .releasing)
            return
        }
    }

    /// Nothing happens to a request that has no room.
    func note(_ tokens: Int64, of request: RequestID) {
        guard let word = place(of: request) else { return }
        words[word + 1].store(UInt64(clamping: tokens), ordering: .releasing)
    }

    func tokens(of request: RequestID) -> Int64? {
        place(of: request).map { Int64(clamping: words[$0 + 1].load(ordering: .acquiring)) }
    }

    func close(_ request: RequestID) {
        guard let word = place(of: request) else { return }
        free(word, of: Self.name(request))
    }

    /// Unless somebody else has it by now. The count goes first: a worker that is killed while it takes a place would leave
    /// its own request with the count of the one before.
    private func free(_ word: Int, of name: UInt64) {
        words[word + 1].store(0, ordering: .releasing)
        _ = words[word].compareExchange(expected: name, desired: 0, ordering: .acquiringAndReleasing)
    }

    // MARK: Leftovers, of workers that were killed between the end of a hold and `close`

    func names() -> Set<UInt64> {
        Set((0..<Self.slots).map { words[$0 * 2].load(ordering: .acquiring) }.filter { $0 != 0 })
    }

    /// Frees the slots of these names but those of `held`.
    func drop(_ names: Set<UInt64>, but held: [RequestID]) {
        let leftovers = names.subtracting(held.map(Self.name))
        guard !leftovers.isEmpty else { return }
        for slot in 0..<Self.slots {
            let name = words[slot * 2].load(ordering: .acquiring)
            guard leftovers.contains(name) else { continue }
            free(slot * 2, of: name)
        }
    }

    private func place(of request: RequestID) -> Int? {
        let name = Self.name(request)
        return Self.places(of: name).first { words[$0].load(ordering: .acquiring) == name }
    }

    private static func places(of name: UInt64) -> some Sequence<Int> {
        (0..<reach).lazy.map { (Int(truncatingIfNeeded: name) &+ $0) & (slots - 1) }.map { $0 * 2 }
    }

    /// FNV-1a: identifiers are random, so that two that run at once do not meet.
    private static func name(_ request: RequestID) -> UInt64 {
        let hash = request.rawValue.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return max(1, hash)
    }
}

extension SQLDatabase {
    /// Frees the slots whose request is held no longer. A slot is taken after its hold was committed, so that whoever is
    /// in one now is found held, or was settled meanwhile.
    func dropLeftovers(of live: LiveCounts?) async throws {
        guard let live, case let names = live.names(), !names.isEmpty else { return }
        let held = try await read { session in
            try session.rows("SELECT request_id FROM hold").map { try $0["request_id"] as RequestID }
        }
        live.drop(names, but: held)
    }
}
