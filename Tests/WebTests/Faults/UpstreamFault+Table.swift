import Core
import UpstreamTestSupport

// The table: each row says what the upstream does, what that costs, and what its reader is told.
//
// Nothing is charged for what ends before a reply has begun in a form that can be read: an error status, a redirect, a
// page, a compressed body. From then on the prompt and everything that came is charged, by our own count where the
// upstream did not come to its end or its numbers cannot be, as none can for what is there. A usage that can be is
// believed; of several the last one.
extension UpstreamFault {
    static let all = beforeTheReply + amidTheReply + oddities + usages

    private static let again = "Try again in a while, or choose another model."
    private static let mend = "Tell your administrator, or choose another model."
    private static let free = "Nothing was charged."
    private static let paid = "You paid for the question and for what had come, which is kept."

    // MARK: Before the reply

    private static let beforeTheReply = [
        refusal("refuses the connection", 502, "The model could not be reached. \(free) \(again)", does: nil),
        refusal(
            "does not speak TLS", 502, "The model could not be reached. \(free) \(again)", impatience: .connection,
            scheme: "https"
        ) { $0.answer("204 No Content") },
        refusal("hangs up", 502, "The model could not be reached. \(free) \(again)") { $0.end() },
        refusal("resets the connection", 502, "The model could not be reached. \(free) \(again)") { $0.reset() },
        refusal(
            "says nothing", 504, "The model was silent for too long. \(free) \(again)", impatience: .firstByte
        ) { $0.waitForClose() },
        refusal("speaks no HTTP", 502, "The model's server sent something that is no reply. \(free) \(mend)") {
            $0.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")
        },
        status("401 Unauthorized", "The model's server did not accept this site's key (401). \(free) \(mend)"),
        status("404 Not Found", "The model's server refused the request (404). \(free) \(mend)"),
        status("429 Too Many Requests", as: 503, "The model is overloaded at the moment. \(free) \(again)"),
        status("500 Internal Server Error", "The model's server failed (500). \(free) \(again)"),
        status("503 Service Unavailable", "The model's server failed (503). \(free) \(again)"),
        status("307 Temporary Redirect", "The model's server refused the request (307). \(free) \(mend)"),
        refusal(
            "answers with a page", 502, "The model's server sent something that is no reply. \(free) \(mend)"
        ) {
            $0.answer("200 OK", "content-type: text/html\r\n", body: "<h1>Welcome</h1>")
        },
        refusal(
            "sends a compressed bomb", 502, "The model's server sent something that is no reply. \(free) \(mend)"
        ) { connection in
            connection.beginStream("content-type: text/event-stream\r\ncontent-encoding: gzip\r\n")
            while connection.chunk([UInt8](repeating: 0x1F, count: 60_000)) {}
            connection.end()
        },
    ]

    private static func status(_ line: String, as status: Int = 502, _ reader: String) -> UpstreamFault {
        refusal("answers \(line)", status, reader) {
            $0.answer(line, "location: http://169.254.169.254/\r\n", body: #"{"error":{"message":"No, sk-upstream!"}}"#)
        }
    }

    // MARK: Amid the reply

    private static let cut = "The connection to the model's server ended before the reply did. \(paid) \(again)"
    private static let garbage = "The model's server sent something that is no reply. \(paid) \(mend)"
    private static let reported = "The model's server reported an error before the reply was whole. \(paid) \(again)"

    private static let amidTheReply = [
        breach("ends without a word", cut, after: "") {
            $0.chunk(":\n")
            $0.endStream()
        },
        breach("ends without a reason and without [DONE]", cut) { $0.endStream() },
        breach("hangs up amid the reply", cut) { $0.end() },
        breach("ends amid an event", cut) {
            $0.chunk("data: {\"choi")
            $0.endStream()
        },
        breach(
            "falls silent", "The model was silent for too long. \(paid) \(again)", status: 504,
            impatience: .nextByte
        ) { $0.waitForClose() },
        breach("sends an event that is no JSON", garbage) {
            $0.chunk("data: <oops>\n\n" + Event.done)
            $0.endStream()
        },
        breach("sends an event that is another JSON", garbage) {
            $0.chunk("data: {\"choices\":[{\"delta\":{\"content\":7}}]}\n\n" + Event.done)
            $0.endStream()
        },
        breach("sends a line of 100 MB", garbage) { connection in
            let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
            for _ in 0..<1_000 where !connection.chunk(piece) { break }
            connection.end()
        },
        breach("reports an error after some text", reported) {
            $0.chunk("data: {\"error\":{\"message\":\"Out of memory, sk-upstream\"}}\n\n")
            $0.endStream()
        },
        breach("reports an error as an event of its own", reported) {
            $0.chunk("event: error\ndata: {\"message\":\"Overloaded, sk-upstream\"}\n\n")
            $0.endStream()
        },
        UpstreamFault(
            name: "reports an error as success", charge: .tokens(5, 0, .counted, .failed), reader: reported,
            stream: .brokenOff(""), document: .status(502)
        ) {
            $0.answer("200 OK", "content-type: application/json\r\n", body: #"{"error":{"message":"sk-upstream"}}"#)
        },
    ]

    // MARK: Odd, but whole

    private static let oddities = [
        oddity("says why it ended and not [DONE]", charge: .tokens(5, 5, .counted, .finished)) {
            $0.beginStream()
            $0.chunk(Event.text("Whole") + Event.finish)
            $0.endStream()
        },
        oddity("says [DONE] and not why", charge: .tokens(5, 5, .counted, .finished)) {
            $0.beginStream()
            $0.chunk(Event.text("Whole") + Event.done)
            $0.endStream()
        },
        oddity("mixes line ends and cuts characters apart", "é€😀", charge: .tokens(5, 9, .counted, .finished)) {
            connection in
            connection.beginStream()
            let stream =
                "\u{FEFF}: hi\r\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é€😀\"}}]}\r\rdata: {\"choices\":\n"
                + "data: [{\"index\":0,\"finish_reason\":\"stop\"}]}\r\n\ndata:[DONE]\n\r\n"
            for byte in Array(stream.utf8) { connection.chunk([byte]) }
            connection.endStream()
        },
        oddity("does not stream", charge: .tokens(5, 7, .reported, .finished)) {
            $0.answer(
                "200 OK", "content-type: application/json\r\n",
                body: #"{"choices":[{"index":0,"message":{"content":"Whole"},"finish_reason":"stop"}],"#
                    + #""usage":{"prompt_tokens":5,"completion_tokens":7}}"#)
        },
    ]

    // MARK: Usage

    private static let usages = [
        usage("counts as we do", [counts(5, 5)], charge: .tokens(5, 5, .reported, .finished)),
        usage("counts more than it shows", [counts(6, 900)], charge: .tokens(6, 900, .reported, .finished)),
        usage("reports no usage", [], charge: .tokens(5, 5, .counted, .finished)),
        usage("reports half of a usage", ["\"completion_tokens\":9"], charge: .tokens(5, 5, .counted, .finished)),
        usage("reports zero", [counts(0, 0)], charge: doubtful),
        usage("reports no reply", [counts(5, 0)], charge: doubtful),
        usage("reports less than nothing", [counts(5, -9)], charge: .tokens(5, 5, .counted, .finished)),
        usage("reports a fraction", ["\"prompt_tokens\":5,\"completion_tokens\":1.5"], charge: counted),
        usage("reports a number beyond 64 bits", [#""prompt_tokens":5,"completion_tokens":1e30"#], charge: counted),
        usage("reports an absurd reply", [counts(5, 1_000_000_000)], charge: doubtful),
        usage("reports an absurd prompt", [counts(1_000_000_000, 5)], charge: doubtful),
        usage("reports usage twice", [counts(5, 3), counts(5, 4)], charge: .tokens(5, 4, .reported, .finished)),
        usage("takes its usage back", [counts(5, 4), counts(5, -1)], charge: .tokens(5, 4, .reported, .finished)),
    ]

    private static let counted = Charge.tokens(5, 5, .counted, .finished)
    private static let doubtful = Charge.tokens(5, 5, .counted, .finished, isDoubtful: true)

    private static func counts(_ prompt: Int, _ completion: Int) -> String {
        "\"prompt_tokens\":\(prompt),\"completion_tokens\":\(completion)"
    }
}
