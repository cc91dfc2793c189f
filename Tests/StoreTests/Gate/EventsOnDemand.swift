import Core

/// A reply of which each event is made when the reader asks for it.
struct EventsOnDemand: AsyncSequence, Sendable {
    /// The event of this number, from 0 on; nil ends the reply.
    let event: @Sendable (_ number: Int) async throws -> UpstreamEvent?

    func makeAsyncIterator() -> Iterator { Iterator(event: event) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let event: @Sendable (_ number: Int) async throws -> UpstreamEvent?
        private var number = 0

        fileprivate init(event: @escaping @Sendable (_ number: Int) async throws -> UpstreamEvent?) {
            self.event = event
        }

        mutating func next() async throws -> UpstreamEvent? {
            try Task.checkCancellation()
            defer { number += 1 }
            return try await event(number)
        }
    }
}
