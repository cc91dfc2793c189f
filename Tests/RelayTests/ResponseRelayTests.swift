import Core
import Testing

@testable import Relay

/// `POST /v1/responses`: <https://platform.openai.com/docs/api-reference/responses-streaming>.
struct ResponseRelayTests {
    private static let created =
        #"{"type":"response.created","sequence_number":0,"response":{"id":"r","status":"in_progress","model":"m-1","output":[],"usage":null}}"#
    private static let text =
        #"{"type":"response.output_text.delta","sequence_number":4,"item_id":"i","output_index":0,"content_index":0,"delta":"H\u00e9","logprobs":[]}"#
    private static let response =
        #"{"id":"r" , "status":"completed","model":"m-1","output":[{"type":"message","content":[{"type":"output_text","text":"Hé"}]}],"usage":{"input_tokens":3,"input_tokens_details":{"cached_tokens":1},"output_tokens":2,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":5}}"#
    private static let completed = #"{"type":"response.completed","sequence_number":9,"response":\#(response)}"#
    private static let usage = UpstreamEvent.usage(
        Usage(promptTokens: 3, completionTokens: 2, cachedPromptTokens: 1, reasoningTokens: 1, source: .reported))

    @Test func eventsGoAsTheyCameWithTheirTypes() throws {
        var reading = Reading(ask(.responses, answer: .stream(withUsage: false)))
        try reading.read(Self.created, type: "response.created")
        try reading.read(Self.text, type: "response.output_text.delta")
        #expect(!reading.reader.isFinished)
        try reading.read(Self.completed, type: "response.completed")
        #expect(
            reading.passages == "event: response.created\ndata: \(Self.created)\n\n"
                + "event: response.output_text.delta\ndata: \(Self.text)\n\n"
                + "event: response.completed\ndata: \(Self.completed)\n\n")
        #expect(reading.said == [.text("Hé"), .servedModel("m-1"), Self.usage, .finished(.stop)])
        #expect(reading.reader.isDone && reading.reader.isFinished)
    }

    @Test(arguments: [
        ("response.output_text.delta", UpstreamEvent.text("x")), ("response.refusal.delta", .text("x")),
        ("response.reasoning_text.delta", .reasoning("x")), ("response.reasoning_summary_text.delta", .reasoning("x")),
        ("response.function_call_arguments.delta", .toolCall("x")),
        ("response.custom_tool_call_input.delta", .toolCall("x")),
    ])
    func everyKindOfPieceIsCounted(type: String, event: UpstreamEvent) throws {
        let request = ask(.responses, answer: .document)
        #expect(try Reading(request, #"{"type":"\#(type)","delta":"x"}"#).events == [event])
        #expect(try Reading(request, #"{"type":"\#(type)","delta":""}"#).events == [])
        #expect(throws: UpstreamFailure.garbage(detail: "delta is no text")) {
            try Reading(request, #"{"type":"\#(type)","delta":7}"#)
        }
    }

    @Test func theNameOfAFunctionIsCounted() throws {
        let reading = try Reading(
            ask(.responses, answer: .document),
            #"{"type":"response.output_item.added","item":{"type":"function_call","name":"look_up","arguments":""}}"#,
            #"{"type":"response.output_item.added","item":{"type":"message","content":[]}}"#)
        #expect(reading.events == [.toolCall("look_up")])
    }

    @Test func whatOnlyRepeatsOrTellsOfTheWayIsPassedOnUncounted() throws {
        let request = ask(.responses, answer: .stream(withUsage: false))
        for event in [
            #"{"type":"response.output_text.done","text":"Hé"}"#, #"{"type":"response.content_part.added","part":{}}"#,
            #"{"type":"response.something.new","delta":7}"#, "{}",
        ] {
            let reading = try Reading(request, event)
            #expect(reading.events == [.passage(Array("data: \(event)\n\n".utf8))])
        }
    }

    // MARK: The end

    @Test(arguments: [
        ("response.completed", "completed", FinishReason.stop), ("response.incomplete", "incomplete", .length),
        ("response.failed", "failed", .other),
    ])
    func theLastEventSaysHowItEnded(type: String, status: String, reason: FinishReason) throws {
        let event = #"{"type":"\#(type)","response":{"status":"\#(status)","error":null}}"#
        let reading = try Reading(ask(.responses, answer: .document), event)
        #expect(reading.said == [.finished(reason)])
        #expect(reading.document == #"{"status":"\#(status)","error":null}"#)
        #expect(reading.reader.isDone)
    }

    @Test func theDocumentIsTheResponseByteForByte() throws {
        let reading = try Reading(ask(.responses, answer: .document), Self.created, Self.text, Self.completed)
        #expect(reading.document == Self.response)
        #expect(reading.events.documents.count == 1 && reading.passages.isEmpty)
    }

    @Test func aFailureIsPassedOnInAStreamAndAnErrorElsewhere() throws {
        let failed =
            #"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Oops sk-secret"}}}"#
        let streamed = try Reading(ask(.responses, answer: .stream(withUsage: false)), failed)
        #expect(streamed.said == [.finished(.other)] && streamed.reader.isDone)
        #expect(throws: UpstreamFailure.brokenOff(message: "Oops [key]")) {
            try Reading(ask(.responses, answer: .document), failed)
        }
    }

    @Test(arguments: [APIRequest.Answer.document, .stream(withUsage: false)])
    func anErrorEventBreaksOff(answer: APIRequest.Answer) {
        #expect(throws: UpstreamFailure.brokenOff(message: "Oops [key]")) {
            try Reading(
                ask(.responses, answer: answer), #"{"type":"error","code":"x","message":"Oops sk-secret","param":null}"#
            )
        }
    }

    @Test func doneAloneIsNoEndOfAResponse() throws {
        let reading = try Reading(ask(.responses, answer: .stream(withUsage: false)), Self.text, "[DONE]")
        #expect(!reading.reader.isDone && !reading.reader.isFinished)
        #expect(reading.passages == "data: \(Self.text)\n\n")
    }

    @Test(arguments: [
        #"{"type":"response.completed"}"#, #"{"type":7}"#, "nonsense",
        #"{"type":"response.completed","response":{"usage":7}}"#,
    ])
    func whatIsNoEventIsGarbage(event: String) {
        #expect(throws: UpstreamFailure.self) { try Reading(ask(.responses, answer: .document), event) }
    }

    // MARK: In one piece

    private static let everything =
        #"{"status":"completed","output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"Hm"}],"content":[{"type":"reasoning_text","text":"So"}]},{"type":"message","content":[{"type":"output_text","text":"A"},{"type":"refusal","refusal":"No"}]},{"type":"function_call","name":"f","arguments":"{}"},{"type":"custom_tool_call","name":"g","input":"raw"},{"type":"new_thing","text":"?"}]}"#
    private static let said: [UpstreamEvent] = [
        .reasoning("So"), .reasoning("Hm"), .text("A"), .text("No"), .toolCall("f"), .toolCall("{}"), .toolCall("g"),
        .toolCall("raw"), .finished(.stop),
    ]

    /// Without usage it would be had for nothing otherwise.
    @Test func theOutputOfAResponseInOnePieceIsCounted() throws {
        let reading = try Reading(ask(.responses, answer: .document), whole: Self.everything)
        #expect(reading.said == Self.said)
        #expect(reading.document == Self.everything)
    }

    @Test func soIsThatOfAStreamWithoutPieces() throws {
        let reading = try Reading(
            ask(.responses, answer: .document), #"{"type":"response.completed","response":\#(Self.everything)}"#)
        #expect(reading.said == Self.said)
        let named = try Reading(
            ask(.responses, answer: .document),
            #"{"type":"response.output_item.added","item":{"type":"function_call","name":"f"}}"#,
            #"{"type":"response.completed","response":{"status":"completed","output":[{"type":"function_call","name":"f","arguments":"{}"}]}}"#
        )
        #expect(named.said == [.toolCall("f"), .toolCall("{}"), .finished(.stop)])
    }

    /// It was produced, and counts as what it is.
    @Test(arguments: [("completed", "completed"), ("incomplete", "incomplete"), ("cancelled", "failed")])
    func aClientThatStreamsGetsAResponseInOnePieceAsTheLastEvent(status: String, type: String) throws {
        let whole = Self.everything.replacing("completed", with: status)
        let reading = try Reading(ask(.responses, answer: .stream(withUsage: false)), whole: whole)
        #expect(reading.said.dropLast() == Self.said.dropLast())
        #expect(
            reading.passages == """
                event: response.\(type)
                data: {"type":"response.\(type)","sequence_number":0,"response":\(whole)}


                """)
    }

    @Test func whatIsNoResponseIsNoLastEvent() {
        let streaming = ask(.responses, answer: .stream(withUsage: false))
        #expect(throws: UpstreamFailure.garbage(detail: "no output")) { try Reading(streaming, whole: "{}") }
        #expect(throws: UpstreamFailure.brokenOff(message: "No such model")) {
            try Reading(streaming, whole: #"{"error":{"message":"No such model"}}"#)
        }
    }
}
