import ProcessorTime
import Testing

@testable import Relay

struct EventStreamParserTests {
    /// Every kind of line end, a comment, a field without a colon, unknown fields, text of one to four bytes.
    static let recording = [
        "\u{FEFF}: a comment\n\n",
        "data: {\"a\":1}\n\n",
        "event: error\r\ndata:no space\r\ndata:  two spaces\r\n\r\n",
        "id: 7\rretry: 10\runknown: x\rdata\rdata\r\r",
        "event: forgotten\n\n",
        "data: é € 😀 \u{FEFF}\n\r\n",
        "data: [DONE]\n\n",
        "data: never ended",
    ].joined()

    static let events = [
        ServerSentEvent(type: "message", data: Array(#"{"a":1}"#.utf8)),
        ServerSentEvent(type: "error", data: Array("no space\n two spaces".utf8)),
        ServerSentEvent(type: "message", data: Array("\n".utf8)),
        ServerSentEvent(type: "message", data: Array("é € 😀 \u{FEFF}".utf8)),
        ServerSentEvent(type: "message", data: Array("[DONE]".utf8)),
    ]

    @Test func readsEveryKindOfLineAndField() throws {
        #expect(try parse([Array(Self.recording.utf8)]) == Self.events)
    }

    @Test func doesNotCareWhereTheBytesAreCut() throws {
        let bytes = Array(Self.recording.utf8)
        for cut in 0...bytes.count {
            #expect(try parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == Self.events, "cut at \(cut)")
        }
        #expect(try parse(bytes.map { [$0] }) == Self.events, "byte by byte")
    }

    @Test func aCarriageReturnEndsALineBeforeTheNextByteComes() throws {
        var parser = EventStreamParser()
        parser.append("data: now\r\r".utf8)
        let first = try parser.next()
        #expect(first?.data == Array("now".utf8))
        parser.append("\ndata: then\r\n\r\n".utf8)
        let second = try parser.next()
        #expect(second?.data == Array("then".utf8))
    }

    @Test func onlyTheFirstByteOrderMarkIsDropped() throws {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let stream = mark + Array("data: 1\n\n".utf8) + mark + Array("data: 2\n\n".utf8)
        #expect(try parse([stream]).count == 1, "the second mark makes a field of another name")
    }

    @Test func aLineThatDoesNotEndIsAnError() throws {
        var parser = EventStreamParser(limits: .init(lineBytes: 10, eventBytes: 100))
        parser.append("data: 1234".utf8)
        let event = try parser.next()
        #expect(event == nil)
        parser.append("5".utf8)
        #expect(throws: EventStreamError.lineTooLong(limitBytes: 10)) { try parser.next() }
    }

    @Test func aLineThatEndsTooLateIsAnError() {
        var parser = EventStreamParser(limits: .init(lineBytes: 10, eventBytes: 100))
        parser.append(": a long comment\n".utf8)
        #expect(throws: EventStreamError.lineTooLong(limitBytes: 10)) { try parser.next() }
    }

    @Test func anEventOfManyLinesHasALimitToo() {
        var parser = EventStreamParser(limits: .init(lineBytes: 10, eventBytes: 20))
        parser.append(String(repeating: "data:12\n", count: 8).utf8)
        #expect(throws: EventStreamError.eventTooLong(limitBytes: 20)) { try parser.next() }
    }

    @Test func aLongLineInManyPiecesIsSearchedOnce() throws {
        var parser = EventStreamParser(limits: .init(lineBytes: 4 << 20, eventBytes: 4 << 20))
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 10)
        var event: ServerSentEvent?
        let seconds = try secondsOfWork {
            parser.append("data:".utf8)
            for _ in 0..<2_048 {
                parser.append(piece)
                event = try parser.next()
            }
            parser.append("\n\n".utf8)
            event = try event ?? parser.next()
        }
        #expect(event?.data.count == 2 << 20)
        #expect(seconds < 10, "quadratic work would take minutes")
    }

    private func parse(_ pieces: [[UInt8]]) throws -> [ServerSentEvent] {
        var parser = EventStreamParser()
        var events: [ServerSentEvent] = []
        for piece in pieces {
            parser.append(piece)
            while let event = try parser.next() { events.append(event) }
        }
        return events
    }
}
