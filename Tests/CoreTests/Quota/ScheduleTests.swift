import Core
import Testing

/// What a limit is at a certain hour, on the organization's clock.
struct ScheduleTests {
    /// In Berlin, a Wednesday in winter.
    @Test(arguments: [
        ("2026-01-07T06:59:59Z", 100), ("2026-01-07T07:00:00Z", 500), ("2026-01-07T16:59:00Z", 500),
        ("2026-01-07T17:00:00Z", 100), ("2026-01-10T12:00:00Z", 100),
    ])
    func officeHoursAreByTheLocalClock(moment: String, amount: Int64) throws {
        let limit = limit([rule([.monday, .tuesday, .wednesday, .thursday, .friday], 8, 18, 500)])
        #expect(try limit.amount(at: at(moment), in: berlin()) == amount)
    }

    @Test(arguments: [
        ("2026-01-09T20:59:00Z", 100), ("2026-01-09T21:00:00Z", 900), ("2026-01-09T23:30:00Z", 900),
        ("2026-01-10T04:59:00Z", 900), ("2026-01-10T05:00:00Z", 100), ("2026-01-10T22:00:00Z", 100),
    ])
    func aNightBelongsToTheDayOnWhichItBegins(moment: String, amount: Int64) throws {
        #expect(try limit([rule([.friday], 22, 6, 900)]).amount(at: at(moment), in: berlin()) == amount)
    }

    /// On 29 March 2026 the clocks of Berlin jump from two to three; on 25 October three o'clock comes twice.
    @Test(arguments: [
        ("2026-03-29T00:59:59Z", 100), ("2026-03-29T01:00:00Z", 500), ("2026-03-29T02:00:00Z", 100),
        ("2026-10-25T00:30:00Z", 500), ("2026-10-25T01:30:00Z", 500), ("2026-10-25T03:00:00Z", 100),
    ])
    func theHourThatIsSkippedOrComesTwiceIsTheClocks(moment: String, amount: Int64) throws {
        #expect(try limit([rule([.sunday], 2, 4, 500)]).amount(at: at(moment), in: berlin()) == amount)
    }

    @Test func theFirstRuleThatAppliesCounts() throws {
        let limit = limit([rule([.wednesday], 12, 13, 0), rule([.wednesday], 0, 24, 700)])
        #expect(try limit.amount(at: at("2026-01-07T11:30:00Z"), in: berlin()) == 0)
        #expect(try limit.amount(at: at("2026-01-07T12:30:00Z"), in: berlin()) == 700)
    }

    @Test func aRaiseHoldsUpToItsCeilingAndNeverLowers() throws {
        var limit = limit([])
        limit.elasticCeiling = 250
        for (raised, amount) in [(nil, 100), (50, 100), (180, 180), (900, 250)] as [(Int64?, Int64)] {
            limit.raisedTo = raised
            #expect(try limit.amount(at: at("2026-01-07T12:00:00Z"), in: berlin()) == amount)
        }
    }

    @Test func whereTheScheduleSaysSomethingARaiseDoesNotCount() throws {
        var limit = limit([rule([.wednesday], 22, 6, 10)])
        limit.elasticCeiling = 250
        limit.raisedTo = 250
        #expect(try limit.amount(at: at("2026-01-07T22:00:00Z"), in: berlin()) == 10)
        #expect(try limit.amount(at: at("2026-01-07T12:00:00Z"), in: berlin()) == 250)
    }

    @Test func everyDayOfTheWeekIsItself() throws {
        for (offset, weekday) in Weekday.allCases.enumerated() {
            // 5 January 2026 was a Monday.
            let noon = try at("2026-01-05T11:00:00Z").advanced(bySeconds: Int64(offset) * 86_400)
            #expect(try berlin().weekTime(of: noon) == WeekTime(weekday: weekday, minute: 12 * 60))
        }
        let beforeTheEpoch = try berlin().weekTime(of: at("1969-12-31T22:30:00Z"))
        #expect(beforeTheEpoch == WeekTime(weekday: .wednesday, minute: 23 * 60 + 30))
    }

    private func limit(_ schedule: [ScheduleRule]) -> Limit {
        Limit(scope: .tier, subject: "free", meter: .tokens, window: .day, amount: 100, schedule: schedule)
    }

    private func rule(_ days: Set<Weekday>, _ from: Int, _ until: Int, _ amount: Int64) -> ScheduleRule {
        ScheduleRule(weekdays: days, fromMinute: from * 60, untilMinute: until * 60, amount: amount)
    }

    private func berlin() throws -> WindowCalendar { try #require(WindowCalendar(timeZone: "Europe/Berlin")) }
}
