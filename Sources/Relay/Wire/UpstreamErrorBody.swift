import Foundation

/// The words in which an upstream complains, made fit to be shown and logged.
struct UpstreamErrorBody: Decodable {
    /// `{"message": …}` as OpenAI has it, or the message alone.
    struct Complaint: Decodable {
        let message: String

        enum CodingKeys: CodingKey {
            case message
        }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                message = text
            } else {
                let fields = try decoder.container(keyedBy: CodingKeys.self)
                message = try fields.decodeIfPresent(String.self, forKey: .message) ?? ""
            }
        }
    }

    private var error: Complaint?
    private var message: String?
    /// FastAPI's, and so vLLM's.
    private var detail: String?

    /// The message in an error response: JSON's, else plain text as it stands. An HTML page says nothing to a person.
    static func message(in body: [UInt8], contentType: String) -> String {
        if let decoded = try? JSONDecoder().decode(Self.self, from: Data(body)) {
            return decoded.error?.message ?? decoded.message ?? decoded.detail ?? ""
        }
        return contentType.hasPrefix("text/plain") ? String(decoding: body, as: UTF8.self) : ""
    }
}

extension String {
    /// One line of at most 500 characters without control and formatting characters, and without `secret`:
    /// some upstreams repeat the key that they refuse.
    func presentable(hiding secret: String?) -> String {
        let line = String(String.UnicodeScalarView(unicodeScalars.map { $0.isPresentable ? $0 : " " }))
        let safe = secret.map { $0.isEmpty ? line : line.replacing($0, with: "[key]") } ?? line
        return String(safe.split(separator: " ").joined(separator: " ").prefix(500))
    }
}

extension Unicode.Scalar {
    fileprivate var isPresentable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }
}
