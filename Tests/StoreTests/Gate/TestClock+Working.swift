import Core
import GateTestSupport
import Synchronization

@testable import Store

/// How many are at work, each of whom rests on a `TestClock` now and then.
final class Workers: Sendable {
    private let present: Atomic<Int>

    init(_ count: Int) { present = Atomic(count) }

    var count: Int { present.load(ordering: .sequentiallyConsistent) }

    func leave() { present.subtract(1, ordering: .sequentiallyConsistent) }
}

extension TestClock {
    /// Lets time pass until the last of `workers` has left, and only while all who are left rest: up to the moment at
    /// which the first of them goes on.
    func pass(while workers: Workers) async {
        while case let count = workers.count, count > 0, !Task.isCancelled {
            if sleepers == count { advance(byMilliseconds: 1) } else { await Task.yield() }
        }
    }
}

extension ScriptedUpstream {
    /// Answers every call with a reply of the next one of `lengths`, four bytes at a time. A hundred of them take a
    /// quarter of a second, as a look of the first of a queue does.
    func give(_ lengths: [Int], in clock: TestClock) {
        let given = Atomic(0)
        answer = .give { call in
            let number = given.add(1, ordering: .relaxed).oldValue
            let wanted = lengths[number % lengths.count]
            let length = min(wanted, Int(call.maxCompletionTokens))
            let pieces = stride(from: 0, to: length, by: 4).map { String("four".prefix(length - $0)) }
            let events = pieces.map(UpstreamEvent.text) + [.finished(length < wanted ? .length : .stop)]
            return UpstreamReply(
                events: EventsOnDemand { number in
                    if number % 25 == 0 { try await clock.rest(.milliseconds(250)) }
                    return number < events.count ? events[number] : nil
                })
        }
    }
}
