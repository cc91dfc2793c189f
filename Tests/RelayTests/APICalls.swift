import Core
import StrictJSON

@testable import Relay

/// What an API client asked, and the answer that its reader is given event by event.
func ask(
    _ interface: APIInterface = .chatCompletions, replies: Int64 = 1,
    answer: APIRequest.Answer = .stream(withUsage: false),
    members: String = #""messages":[]"#, streamOptions: String = ""
) -> APIRequest {
    APIRequest(
        members: Array(members.utf8), interface: interface, prompt: .texts(.init()), replies: replies,
        streamOptions: Array(streamOptions.utf8), answer: answer)
}

func call(_ baseURL: String, _ request: APIRequest, capField: ReplyCapField = .maxTokens) -> UpstreamCall {
    var call = call(baseURL, capField: capField)
    call.body = .api(request)
    return call
}

/// A reader that has been told some events.
struct Reading {
    var reader: any ReplyReader
    var events: [UpstreamEvent] = []

    init(_ request: APIRequest) {
        reader = call("http://127.0.0.1:1/v1", request).reader
    }

    /// - Parameter events: the data of each.
    init(_ request: APIRequest, _ events: String...) throws {
        self.init(request)
        for event in events { try read(event) }
    }

    init(_ request: APIRequest, whole: String) throws {
        self.init(request)
        events = try reader.events(ofWhole: Array(whole.utf8))
    }

    mutating func read(_ data: String, type: String = "message") throws {
        events += try reader.events(of: ServerSentEvent(type: type, data: Array(data.utf8)))
    }

    /// What the gate is told beside the answer's body.
    var said: [UpstreamEvent] {
        events.filter { event in
            switch event {
            case .passage, .document: false
            default: true
            }
        }
    }

    /// The answer's body as it goes to a client that streams.
    var passages: String { events.passages }

    /// The answer's body for a client that does not.
    var document: String? { events.documents.first }
}

extension [UpstreamEvent] {
    var passages: String {
        map { if case .passage(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { "" } }.joined()
    }

    var documents: [String] {
        compactMap { if case .document(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { nil } }
    }
}

func value(_ json: String) throws -> JSONValue { try JSONValue(JSONDocument(Array(json.utf8)).root) }
