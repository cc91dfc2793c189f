import Core
import Foundation

/// A plain text message as RFC 5322 and MIME have it, with the line ends that a local mail program expects.
struct MailMessage: Sendable {
    let from: EmailAddress
    let to: [EmailAddress]
    /// Of any characters: what no header may have becomes blank.
    let subject: String
    let body: String
    let date: Timestamp
    /// Stays the same when the message is sent again, so that it can be told to be the same.
    let id: String

    var text: String {
        let headers = [
            ("From", from.rawValue), ("To", to.map(\.rawValue).joined(separator: ",\n ")),
            ("Subject", HeaderText.encoded(subject)), ("Date", date.text("EEE, d MMM yyyy HH:mm:ss Z", in: "UTC")),
            ("Message-ID", "<\(id)@\(host)>"),
            // So that nobody's absence notice answers (RFC 3834, 5).
            ("Auto-Submitted", "auto-generated"), ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable"),
        ]
        return headers.map { "\($0): \($1)\n" }.joined() + "\n" + QuotedPrintable.encoded(body) + "\n"
    }

    private var host: Substring { from.rawValue.split(separator: "@").last ?? "localhost" }
}

/// Any text in a header (RFC 2047).
enum HeaderText {
    /// So much of a subject is read anywhere.
    private static let mostCharacters = 200
    /// An encoded word has at most 75 characters: 45 bytes are 60 in base 64.
    private static let mostBytesInAWord = 45

    static func encoded(_ text: String) -> String {
        let line = text.prefix(mostCharacters).unicodeScalars.map { $0.isBlank ? " " : String($0) }.joined()
        let isPlain = line.utf8.allSatisfy { $0 < 0x7F } && !line.contains("=?") && line.utf8.count <= 65
        return isPlain ? line : words(of: line).joined(separator: "\n ")
    }

    /// No character is divided between two words (RFC 2047, 5).
    private static func words(of line: String) -> [String] {
        var pieces: [String] = []
        for scalar in line.unicodeScalars {
            let piece = String(scalar)
            if let last = pieces.last, last.utf8.count + piece.utf8.count <= mostBytesInAWord {
                pieces[pieces.count - 1] = last + piece
            } else {
                pieces.append(piece)
            }
        }
        return pieces.map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }
    }
}

extension Unicode.Scalar {
    /// Ends a line somewhere.
    fileprivate var isBlank: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

/// Any text in a body (RFC 2045, 6.7): lines of at most 76 characters.
enum QuotedPrintable {
    private static let longestLine = 76

    static func encoded(_ text: String) -> String {
        let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
            .split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { encoded(line: Array($0.utf8)) }.joined(separator: "\n")
    }

    private static func encoded(line: [UInt8]) -> String {
        var (encoded, width) = ("", 0)
        for (index, byte) in line.enumerated() {
            let piece = piece(byte, isLast: index == line.count - 1, isFirst: index == 0)
            if width + piece.utf8.count > longestLine - 1 {
                encoded += "=\n"
                width = 0
            }
            encoded += piece
            width += piece.utf8.count
        }
        return encoded
    }

    /// Blanks at the end would be lost, and a point at the beginning could be taken for the end.
    private static func piece(_ byte: UInt8, isLast: Bool, isFirst: Bool) -> String {
        let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || byte == UInt8(ascii: " ")
        let isSpecial = isLast && byte == UInt8(ascii: " ") || isFirst && byte == UInt8(ascii: ".")
        if isPlain && !isSpecial { return String(UnicodeScalar(byte)) }
        return "=" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
