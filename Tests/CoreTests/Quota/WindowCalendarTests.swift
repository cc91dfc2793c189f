import Core
import Foundation
import SeededRandom
import Testing

struct WindowCalendarTests {
    @Test(arguments: [
        ("2026-07-14T21:59:59Z", "2026-07-13T22:00:00Z", "2026-07-14T22:00:00Z"),
        ("2026-07-14T22:00:00Z", "2026-07-14T22:00:00Z", "2026-07-15T22:00:00Z"),
        // The clocks go forward: 23 hours.
        ("2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        // The clocks go back: 25 hours.
        ("2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("2028-02-29T12:00:00Z", "2028-02-28T23:00:00Z", "2028-02-29T23:00:00Z"),
        ("2038-01-19T03:14:08Z", "2038-01-18T23:00:00Z", "2038-01-19T23:00:00Z"),
        ("1969-12-31T22:59:59.999Z", "1969-12-30T23:00:00Z", "1969-12-31T23:00:00Z"),
    ])
    func aDayInBerlinRunsFromMidnightToMidnight(moment: String, start: String, end: String) throws {
        #expect(try calendar("Europe/Berlin").interval(of: .day, containing: at(moment)) == between(start, end))
    }

    /// São Paulo's clocks once jumped from 24:00 to 01:00: that day has no midnight.
    @Test func aDayWithoutMidnightBeginsWhereTheClocksJump() throws {
        let saoPaulo = try calendar("America/Sao_Paulo")
        let jump = try between("2017-10-15T03:00:00Z", "2017-10-16T02:00:00Z")
        #expect(try saoPaulo.interval(of: .day, containing: at("2017-10-15T03:00:00Z")) == jump)
        #expect(try saoPaulo.interval(of: .day, containing: at("2017-10-15T02:59:59Z"))?.end == jump.start)
        let back = try between("2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z")
        #expect(try saoPaulo.interval(of: .day, containing: at("2018-02-18T02:30:00Z")) == back)
    }

    @Test func aResetHourThatTheClocksJumpOverFallsOnTheJump() throws {
        let berlin = try calendar("Europe/Berlin", resetHour: 2)
        let short = try between("2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z")
        #expect(try berlin.interval(of: .day, containing: at("2026-03-29T00:59:59Z")) == short)
        #expect(
            try berlin.interval(of: .day, containing: at("2026-03-29T01:00:00Z"))?.end == at("2026-03-30T00:00:00Z"))
    }

    @Test func aResetHourThatHappensTwiceCountsOnce() throws {
        let berlin = try calendar("Europe/Berlin", resetHour: 2)
        let long = try between("2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z")
        #expect(try berlin.interval(of: .day, containing: at("2026-10-25T00:30:00Z")) == long)
        #expect(try berlin.interval(of: .day, containing: at("2026-10-25T01:30:00Z")) == long)
    }

    @Test func beforeTheResetHourItIsStillYesterdayAndLastMonth() throws {
        let berlin = try calendar("Europe/Berlin", resetHour: 6)
        let june = try between("2026-06-01T04:00:00Z", "2026-07-01T04:00:00Z")
        #expect(try berlin.interval(of: .month, containing: at("2026-07-01T03:59:59Z")) == june)
        #expect(try berlin.interval(of: .month, containing: at("2026-07-01T04:00:00Z"))?.start == june.end)
    }

    @Test(arguments: [
        ("2026-02-10T00:00:00Z", 28), ("2028-02-10T00:00:00Z", 29), ("2100-02-10T00:00:00Z", 28),
        ("2026-04-30T23:59:59Z", 30), ("2026-12-31T23:59:59Z", 31),
    ])
    func aMonthHasTheDaysOfTheCalendar(moment: String, days: Int64) throws {
        let month = try #require(try calendar("UTC").interval(of: .month, containing: at(moment)))
        #expect(try #require(month.end).milliseconds - month.start.milliseconds == days * 86_400_000)
    }

    @Test(arguments: [
        (Weekday.monday, "2026-11-16T00:00:00Z"), (.sunday, "2026-11-15T00:00:00Z"),
        (.saturday, "2026-11-21T00:00:00Z"), (.friday, "2026-11-20T00:00:00Z"),
    ])
    func aWeekBeginsOnTheOrganizationsDay(weekStart: Weekday, start: String) throws {
        // 2026-11-21 is a Saturday.
        let week = try calendar("UTC", weekStart: weekStart).interval(of: .week, containing: at("2026-11-21T12:00:00Z"))
        #expect(try week?.start == at(start))
    }

    @Test func hoursFollowTheLocalClock() throws {
        let kathmandu = try calendar("Asia/Kathmandu").interval(of: .hour, containing: at("2026-01-01T00:20:00Z"))
        #expect(try kathmandu == between("2026-01-01T00:15:00Z", "2026-01-01T01:15:00Z"))
        // Lord Howe Island moves its clocks by half an hour, here from 02:00 back to 01:30.
        let lordHowe = try calendar("Australia/Lord_Howe")
        let short = try between("2026-04-04T15:00:00Z", "2026-04-04T15:30:00Z")
        #expect(try lordHowe.interval(of: .hour, containing: at("2026-04-04T15:10:00Z")) == short)
    }

    @Test func aRequestHasNoWindowAndALifetimeNoEnd() throws {
        let moment = try at("2026-01-01T00:00:00Z")
        #expect(try calendar("UTC").interval(of: .perRequest, containing: moment) == nil)
        #expect(try calendar("UTC").interval(of: .lifetime, containing: moment)?.end == nil)
    }

    @Test func unknownZonesAndHoursAreNoCalendar() {
        #expect(WindowCalendar(timeZone: "Europe/Atlantis") == nil)
        #expect(WindowCalendar(timeZone: "UTC", resetHour: 24) == nil)
        #expect(WindowCalendar(timeZone: "UTC", resetHour: -1) == nil)
    }

    @Test func theNewestWindowLastsUntilItsEndWhateverTheClockDoes() throws {
        let calendar = try calendar("UTC")
        let today = try between("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z")
        for moment in ["2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T23:59:59Z"] {
            #expect(try calendar.interval(of: .day, at: at(moment), after: today) == today)
        }
        let next = try between("2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z")
        #expect(try calendar.interval(of: .day, at: at("2026-01-03T00:00:00Z"), after: today) == next)
        #expect(try calendar.interval(of: .day, at: at("2026-01-02T12:00:00Z"), after: nil) == today)
    }

    @Test func aChangedCalendarNeitherCutsAWindowShortNorOverlapsIt() throws {
        let before = try between("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z")
        let changed = try calendar("UTC", resetHour: 6)
        #expect(try changed.interval(of: .day, at: at("2026-01-02T12:00:00Z"), after: before) == before)
        let next = try #require(try changed.interval(of: .day, at: at("2026-01-03T01:00:00Z"), after: before))
        #expect(try next == between("2026-01-03T00:00:00Z", "2026-01-03T06:00:00Z"))
        #expect(
            try changed.interval(of: .day, at: at("2026-01-03T06:00:00Z"), after: next)
                == between("2026-01-03T06:00:00Z", "2026-01-04T06:00:00Z"))
    }

    /// Also across Samoa's missing 30 December 2011, Cairo's, Havana's and Casablanca's odd changes.
    @Test(arguments: [
        "Europe/Berlin", "America/Sao_Paulo", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
        "Africa/Casablanca", "Africa/Cairo", "America/Havana", "Asia/Kathmandu", "Pacific/Chatham", "America/Asuncion",
        "Antarctica/Troll",
    ])
    func windowsFollowOneAnotherWithoutGapOrOverlap(zone: String) throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<300 {
            let calendar = try calendar(
                zone, weekStart: Weekday.allCases.randomElement(using: &random)!,
                resetHour: Int.random(in: 0...23, using: &random))
            let moment = Timestamp(milliseconds: .random(in: 0...2_300_000_000_000, using: &random))
            for window in [Window.minute, .hour, .day, .week, .month] {
                let interval = try #require(calendar.interval(of: window, containing: moment))
                let end = try #require(interval.end)
                let last = Timestamp(milliseconds: end.milliseconds - 1)
                #expect(interval.start <= moment && moment < end)
                #expect(calendar.interval(of: window, containing: interval.start) == interval)
                #expect(calendar.interval(of: window, containing: last) == interval)
                #expect(calendar.interval(of: window, containing: end)?.start == end)
            }
        }
    }

    private func calendar(_ zone: String, weekStart: Weekday = .monday, resetHour: Int = 0) throws -> WindowCalendar {
        try #require(WindowCalendar(timeZone: zone, weekStart: weekStart, resetHour: resetHour))
    }

    private func between(_ start: String, _ end: String) throws -> WindowInterval {
        WindowInterval(start: try at(start), end: try at(end))
    }
}
