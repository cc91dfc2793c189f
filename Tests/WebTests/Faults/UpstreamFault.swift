import Core
import Testing
import UpstreamTestSupport

/// One thing that an upstream can do wrong, and what is right then. The prompt is always `Hello`: five tokens, for a
/// token is a byte.
struct UpstreamFault: Sendable, CustomTestStringConvertible {
    /// What one request costs.
    enum Charge: Sendable, Equatable {
        /// Nothing was accepted, and there is no row.
        case nothing
        case tokens(Int64, Int64, Usage.Source, Outcome, isDoubtful: Bool = false)
    }

    /// What a program gets of it.
    enum Answer: Sendable, Equatable {
        /// The status, with `upstream_error`.
        case status(Int)
        /// A whole answer with this text.
        case whole(String)
        /// A stream that begins with this text and ends with an error, without `[DONE]`.
        case brokenOff(String)
    }

    /// What the test does not wait for long.
    enum Impatience: Sendable {
        case connection, firstByte, nextByte
    }

    let name: String
    let charge: Charge
    /// Nil where all is well.
    let reader: String?
    let stream: Answer
    let document: Answer
    /// Nil where it ends by itself.
    var impatience: Impatience?
    /// In place of `http`.
    var scheme = "http"
    /// What it says to every request; nil where nobody listens.
    let does: (@Sendable (RawConnection) -> Void)?

    var testDescription: String { name }
}

extension UpstreamFault {
    /// It happens before anything was accepted.
    static func refusal(
        _ name: String, _ status: Int, _ reader: String, impatience: Impatience? = nil, scheme: String = "http",
        does: (@Sendable (RawConnection) -> Void)?
    ) -> UpstreamFault {
        UpstreamFault(
            name: name, charge: .nothing, reader: reader, stream: .status(status), document: .status(status),
            impatience: impatience, scheme: scheme, does: does)
    }

    /// It happens after `Half` has come, unless `text` says otherwise: that and the prompt are charged, by our count.
    static func breach(
        _ name: String, _ reader: String, after text: String = "Half", status: Int = 502, impatience: Impatience? = nil,
        does: @escaping @Sendable (RawConnection) -> Void
    ) -> UpstreamFault {
        UpstreamFault(
            name: name, charge: .tokens(5, Int64(text.utf8.count), .counted, .failed), reader: reader,
            stream: .brokenOff(text), document: .status(status), impatience: impatience
        ) { connection in
            connection.beginStream(first: text.isEmpty ? "" : Event.text(text))
            does(connection)
        }
    }

    /// It is odd, and the reply is whole.
    static func oddity(
        _ name: String, _ text: String = "Whole", charge: Charge, does: @escaping @Sendable (RawConnection) -> Void
    ) -> UpstreamFault {
        UpstreamFault(
            name: name, charge: charge, reader: nil, stream: .whole(text), document: .whole(text), does: does)
    }

    /// The reply `Whole`, and this about its usage.
    static func usage(_ name: String, _ usages: [String], charge: Charge) -> UpstreamFault {
        oddity(name, charge: charge) { connection in
            connection.beginStream()
            connection.chunk(Event.text("Whole") + Event.finish + usages.map(Event.usage).joined() + Event.done)
            connection.endStream()
        }
    }
}

/// What upstreams say.
enum Event {
    static let finish = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    static let done = "data: [DONE]\n\n"

    static func text(_ text: String) -> String {
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"}}]}\n\n"
    }

    /// - Parameter fields: of the usage, as JSON without its braces.
    static func usage(_ fields: String) -> String { "data: {\"choices\":[],\"usage\":{\(fields)}}\n\n" }
}
