import Core
import Testing

@testable import Store

/// What was written while the clock was ahead, once it has been put right: nothing is stuck until it shows that time
/// again, and nothing lasts until then.
///
/// Every moment that is stored, and what is made of one that lies more than an hour ahead (`ClockError`):
///
/// | Stored | When the clock is right again |
/// |---|---|
/// | `account.window_start`, `resets_at` | the window of now counts, with what was used in it; the one ahead when it comes |
/// | `account.refilled_until` | counted from now on; nothing flows for the time that was not |
/// | `account.admitted_at`, `paced_until` | no wait of more than a minute is kept |
/// | `hold.lease_until` | cut to two minutes: who lives refreshes it, the others are settled |
/// | `hold.watched_until` | does not count |
/// | `hold.opened_at`, `usage.*_at`, `*_slot.slot`, `refusal_slot.slot` | history, filed where the clock was; not in forecasts |
/// | `waiting.entered_at`, `seen_at` | entered now; gone when not seen again |
/// | `session.created_at`, `last_seen_at` | begun and seen now |
/// | `sign_in_failure.latest_at`, `blocked_until` | a wait that begins ahead holds nobody up |
/// | `first_admin_link.expires_at`, `invitation.expires_at` | works no longer |
/// | `api_key.expires_at`, `quota_grant.expires_at` | somebody's own choice of a moment: as it stands |
/// | `api_key.last_used_at` | written with the next use |
/// | `message.updated_at` of a reply that is written | given up, unless it is held or waits |
/// | `cached_reply.answered_at`, `expires_at` | not given, and removed |
/// | `alert_delivery.next_attempt_at` | tried now; three dozen times in all |
/// | `duty.next_at` | done now |
/// | `conversation.*_at`, `audit.at`, `alert.at`, `limit_change.at`, `created_at` of the rest | shown and sorted as they are |
///
/// A jump ahead itself ends sessions, links and waits whose time it passes, and housekeeping removes them: who is affected
/// signs in again, or is sent another link.
struct ClockStoreTests {
    let temporary: TemporaryStore
    let person: Person
    let browser = SessionClient(address: "192.0.2.1", userAgent: "Browser/1")
    var clock: StillClock { temporary.clock }
    var sessions: any Sessions { temporary.store.sessions }

    static let jump: Int64 = 400 * 86_400

    init() async throws {
        temporary = try await TemporaryStore()
        person = try await temporary.addPerson("p@example.org")
    }

    @Test func aSessionIsKeptWhenTheClockIsPutRightAndEndsInTime() async throws {
        clock.advance(seconds: Self.jump)
        let token = try await sessions.begin(for: person.id, on: browser)
        clock.advance(seconds: -Self.jump)
        #expect(try await sessions.signedIn(with: token) != nil)
        clock.advance(seconds: SessionRules.idleSeconds - 1)
        #expect(try await sessions.signedIn(with: token) != nil)
        clock.advance(seconds: SessionRules.idleSeconds)
        #expect(try await sessions.signedIn(with: token) == nil)
    }

    @Test func aSessionThatNobodyUsesEndsTooAlthoughItWasBegunInAYear() async throws {
        clock.advance(seconds: Self.jump)
        let token = try await sessions.begin(for: person.id, on: browser)
        clock.advance(seconds: -Self.jump)
        try await sessions.cleanUp()
        clock.advance(seconds: SessionRules.idleSeconds)
        #expect(try await sessions.signedIn(with: token) == nil)
    }

    @Test(arguments: [-3600, 3600, -30] as [Int64])
    func aSmallStepSignsNobodyOut(step: Int64) async throws {
        let token = try await sessions.begin(for: person.id, on: browser)
        for seconds in [60, step, 60, -step, 60] as [Int64] {
            clock.advance(seconds: seconds)
            try await sessions.cleanUp()
            #expect(try await sessions.signedIn(with: token) != nil)
        }
    }

    @Test func linksOfAClockThatWasAheadWorkNoLonger() async throws {
        clock.advance(seconds: Self.jump)
        let invitation = try await temporary.store.invitations.invite(person.id, by: temporary.actor)
        clock.advance(seconds: -Self.jump)
        #expect(try await temporary.store.invitations.invited(with: invitation.token) == nil)
        #expect(try await temporary.store.invitations.openUntil(for: person.id) == nil)
        try await temporary.store.invitations.cleanUp()
        clock.advance(seconds: Self.jump)
        #expect(try await temporary.store.invitations.invited(with: invitation.token) == nil, "it came back")
    }

    @Test func aLinkSurvivesAClockThatIsPutBackALittle() async throws {
        let invitation = try await temporary.store.invitations.invite(person.id, by: temporary.actor)
        clock.advance(seconds: -3600)
        try await temporary.store.invitations.cleanUp()
        #expect(try await temporary.store.invitations.invited(with: invitation.token) != nil)
    }

    @Test func theFirstAdminsLinkLastsNoYear() async throws {
        let file = try TemporaryDatabase()
        let store = try await SQLStore.open(path: file.path, time: clock)
        clock.advance(seconds: Self.jump)
        let token = try #require(try await store.firstAdmin.invite())
        #expect(try await store.firstAdmin.isOpen(token))
        clock.advance(seconds: -Self.jump)
        #expect(try await !store.firstAdmin.isOpen(token))
        let another = try #require(try await store.firstAdmin.invite())
        clock.advance(seconds: -1800)
        #expect(try await store.firstAdmin.isOpen(another))
    }

    @Test func aKeyThatWasUsedInAYearTellsItsNextUse() async throws {
        let secret = APIKey.Secret.random()
        let key = try await temporary.store.keys.create(
            APIKey.Settings(name: "laptop"), secret: secret, for: person.id, by: temporary.actor)
        clock.advance(seconds: Self.jump)
        #expect(try await temporary.store.keys.holder(of: secret.rawValue) != nil)
        clock.advance(seconds: -Self.jump)
        #expect(try await temporary.store.keys.holder(of: secret.rawValue) != nil)
        #expect(try await temporary.store.keys.key(key.id)?.lastUsedAt == clock.now())
    }

    /// Until then nothing more can be asked in the chat.
    @Test func aReplyThatLostItsWorkerInAYearIsGivenUpNow() async throws {
        let chat = try await TemporaryChat()
        chat.temporary.clock.advance(seconds: Self.jump)
        let request = try #require(try await chat.ask("Hello", key: "1").reply.reply?.requestID)
        chat.temporary.clock.advance(seconds: -Self.jump)
        try await chat.conversations.giveUpStale()
        #expect(try await chat.conversations.reply(to: request, of: chat.person.id).state == .failed)
        #expect(try await chat.ask("Again", key: "2").isRepeated == false)
    }

    @Test func anAnswerFromAYearAheadIsForgotten() async throws {
        let cache = SQLReplyCache(database: temporary.store.database)
        let question = CachedQuestion(owner: .person(person.id), content: "Why?")
        let ahead = clock.now().advanced(bySeconds: Self.jump)
        try await cache.keep(
            CachedAnswer(text: "So.", modelServed: nil, answeredAt: ahead), to: question,
            until: ahead.advanced(bySeconds: 3600))
        try await cache.cleanUp(at: clock.now())
        #expect(try await cache.answer(to: question, at: clock.now()) == nil)
    }

    /// Whoever failed then may try now, and whoever fails now waits no longer than ever.
    @Test func failuresOfAYearAheadLockNobodyOut() async throws {
        let throttle = temporary.store.signInThrottle
        clock.advance(seconds: Self.jump)
        for _ in 1...30 { _ = try await throttle.attempt(from: "a", on: "x") }
        clock.advance(seconds: -Self.jump)
        #expect(try await throttle.attempt(from: "a", on: "x") == nil)
        let until = try await throttle.attempt(from: "a", on: "x")
        #expect(until.map { $0 <= clock.now().advanced(bySeconds: BackOff.address.maxWaitSeconds) } ?? true)
    }
}

/// The same of alerts.
struct ClockAlertTests {
    @Test func anAlertThatIsToBeTriedInAYearIsTriedNow() async throws {
        let desk = try await LimitDesk()
        try await desk.setRules([
            AlertRule(thresholdPartsPerMillion: 800_000, action: .warn, channels: [.slack])
        ])
        try await desk.organizationLimit(1_000)
        let (alerts, clock) = (desk.temporary.store.alerts, desk.temporary.clock)
        clock.advance(seconds: ClockStoreTests.jump)
        try await desk.use(900)
        let due = try await alerts.due(10, leaseSeconds: 60)
        try await alerts.failed(due[0].id, because: AlertFailure("it answered 503"))
        clock.advance(seconds: -ClockStoreTests.jump)
        var tries = 0
        while let delivery = try await alerts.due(10, leaseSeconds: 60).first {
            tries += 1
            try await alerts.failed(delivery.id, because: AlertFailure("it answered 503"))
            clock.advance(seconds: 3600)
        }
        #expect((20...40).contains(tries), "tried \(tries) times")
    }
}
