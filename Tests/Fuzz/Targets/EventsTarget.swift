import StrictJSON

@testable import Core
@testable import Relay

extension Property {
    /// What an upstream streams, read for a client that the first byte chooses, gives the same events wherever it is cut,
    /// keeps to its memory, reports no impossible usage, and can be read again by whoever it is passed on to.
    static let events = Property(name: "events", maxBytes: 4000) { bytes in
        var bytes = Bytes(bytes)
        let call = call(&bytes)
        let stream = bytes.remaining()
        let whole = Outcome(of: call, [stream[...]], EventStreamParser.Limits())
        try require(Outcome(of: call, stream.cut, EventStreamParser.Limits()) == whole, "in pieces it is not \(whole)")
        let singly = stream.indices.map { stream[$0...$0] }
        try require(Outcome(of: call, singly, EventStreamParser.Limits()) == whole, "byte by byte it is not \(whole)")
        try whole.check()
        try checkMemory(stream)
        var reader = call.reader
        if let events = try? reader.events(ofWhole: stream) { try Outcome(events: events).check() }
    }
}

private func call(_ bytes: inout Bytes) -> UpstreamCall {
    let choice = bytes.byte()
    let request = APIRequest(
        members: [], interface: APIInterface.allCases[Int(choice >> 2) % 4], prompt: .texts(.init()),
        replies: Int64(choice >> 4 & 3) + 1,
        answer: [.document, .stream(withUsage: false), .stream(withUsage: true)][Int(choice & 3) % 3])
    let body: PromptBody = choice & 3 == 3 ? .messages([]) : .api(request)
    return UpstreamCall(
        requestID: RequestID(rawValue: "r"), endpoint: UpstreamEndpoint(baseURL: "http://127.0.0.1/v1", apiKey: "sk-1"),
        model: "m", body: body, maxCompletionTokens: 10)
}

/// What came of one stream.
private struct Outcome: Equatable {
    var events: [UpstreamEvent] = []
    var failure: UpstreamFailure?
    var brokenStream: EventStreamError?
    var isDone = false
    var isFinished = false

    init(events: [UpstreamEvent]) {
        self.events = events
    }

    init(of call: UpstreamCall, _ pieces: [ArraySlice<UInt8>], _ limits: EventStreamParser.Limits) {
        var parser = EventStreamParser(limits: limits)
        var reader = call.reader
        do {
            for piece in pieces {
                parser.append(piece)
                while let event = try parser.next() {
                    events += try reader.events(of: event)
                    if reader.isDone { break }
                }
                if reader.isDone { break }
            }
            if reader.isFinished { events += reader.lastEvents() }
        } catch let failure as UpstreamFailure {
            self.failure = failure
        } catch {
            brokenStream = error as? EventStreamError
        }
        (isDone, isFinished) = (reader.isDone, reader.isFinished)
    }

    func check() throws {
        for event in events {
            switch event {
            case .usage(let usage): try check(usage)
            case .passage(let bytes): try check(passage: bytes)
            case .document(let bytes):
                try require((try? JSONDocument(fromUpstream: bytes)) != nil, "a document of no JSON")
            case .text(let text), .reasoning(let text), .toolCall(let text):
                try require(!text.isEmpty, "a piece of nothing")
            case .servedModel, .finished: break
            }
        }
        if case .brokenOff(let message) = failure {
            try require(
                message.count <= 500 && message.utf8.firstRange(of: "sk-1".utf8) == nil, "the message \(message)")
            let isPlain = message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            try require(isPlain, "a control character in \(message)")
        }
    }

    private func check(_ usage: Usage) throws {
        let isPossible =
            usage.promptTokens >= 0 && usage.completionTokens >= 0 && usage.source == .reported
            && (0...usage.promptTokens).contains(usage.cachedPromptTokens)
            && (0...usage.completionTokens).contains(usage.reasoningTokens)
        try require(isPossible, "\(usage)")
        for isWhole in [true, false] {
            let counted = Usage(promptTokens: 7, completionTokens: 5, source: .counted)
            let judged = UsageJudgement(reported: usage, counted: counted, replyCap: 10, isWhole: isWhole).usage
            try require((0...1070).contains(judged.promptTokens), "\(usage) is charged as \(judged)")
            try require((0...1020).contains(judged.completionTokens), "\(usage) is charged as \(judged)")
        }
    }

    /// A client reads whole events in it, and nothing is left over.
    private func check(passage: [UInt8]) throws {
        var parser = EventStreamParser()
        parser.append(passage)
        let event = try parser.next()
        try require(
            event?.framed() == passage, "another event is read from \(String(decoding: passage, as: UTF8.self))")
        let next = try parser.next()
        try require(next == nil, "more than one event in \(String(decoding: passage, as: UTF8.self))")
    }
}

/// The parser never holds more than its limits and the piece that it was given.
private func checkMemory(_ stream: [UInt8]) throws {
    let limits = EventStreamParser.Limits(lineBytes: 64, eventBytes: 100)
    var parser = EventStreamParser(limits: limits)
    for piece in stream.cut {
        parser.append(piece)
        do {
            while let event = try parser.next() { try require(event.data.count <= limits.eventBytes, "a longer event") }
        } catch is EventStreamError {
            return
        }
        let held = parser.heldBytes
        try require(held <= limits.lineBytes + piece.count + limits.eventBytes + limits.lineBytes, "\(held) bytes held")
    }
}
