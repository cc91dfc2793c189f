import Foundation
import StrictJSON

/// The words in which an upstream complains, made fit to be shown and logged.
enum UpstreamErrorBody {
    /// `{"message": …}` as OpenAI has it, or the message alone.
    struct Complaint {
        let message: String

        init(_ node: JSONNode) {
            message = node.string ?? node["message"]?.string ?? ""
        }
    }

    /// The message in an error response: JSON's, else plain text as it stands. An HTML page says nothing to a person.
    static func message(in body: [UInt8], contentType: String) -> String {
        guard let root = try? JSONDocument(body, limits: .init(allowsDuplicates: true)).root else {
            return contentType.hasPrefix("text/plain") ? String(decoding: body, as: UTF8.self) : ""
        }
        if let error = root.member("error") { return Complaint(error).message }
        // FastAPI's, and so vLLM's.
        return root["message"]?.string ?? root["detail"]?.string ?? ""
    }
}

extension String {
    /// One line of at most 500 characters without control and formatting characters, and without `secret`:
    /// some upstreams repeat the key that they refuse.
    func presentable(hiding secret: String?) -> String {
        let line = String(String.UnicodeScalarView(unicodeScalars.map { $0.isPresentable ? $0 : " " }))
        let safe = secret.map { line.replacingOccurrences(of: $0, with: "[key]", options: .literal) } ?? line
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
