import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A request that is there as a whole.
struct Arrival: Sendable {
    /// A prompt may be long, and images stand in the body.
    private static let maxBodyBytes = 32 << 20

    let time: NIODeadline
    let headers: HTTPFields
    let body: ByteBuffer
    let context: DemoContext

    init(_ request: Request, _ context: DemoContext) async throws {
        time = .now()
        headers = request.headers
        body = try await request.body.collect(upTo: Self.maxBodyBytes)
        self.context = context
    }

    /// The caller's name for the request; empty without one.
    var id: String { headers[.requestID] ?? "" }

    func decode<Body: Decodable>(_ type: Body.Type) throws -> Body {
        do {
            return try JSONDecoder().decode(type, from: Data(body.readableBytesView))
        } catch let error as DecodingError {
            throw APIError.invalid("We could not parse the JSON body of your request: \(error)")
        }
    }
}
