import Core
import Foundation
import StrictJSON

/// An alert in words: who, which limit, how much of it, and when it returns.
struct AlertText {
    let subject: String
    let body: String

    /// - Parameter address: of the pages.
    init(_ notice: AlertNotice, address: String) {
        let alert = notice.alert
        let prefix = notice.isTest ? "Test: " : ""
        subject = "\(prefix)\(alert.holderName) is at \(alert.usedPercent) % of \(alert.limitPhrase)"
        let sentences = [
            notice.isTest ? "This is a test: nothing has happened. An alert reads like this:" : nil,
            alert.standing,
            alert.consequence,
            alert.comeback(in: notice.timeZone),
        ]
        body = """
            \(sentences.compactMap { $0 }.joined(separator: "\n"))

            \(notice.organization): \(address)/admin/alerts
            """
    }

    /// With what Slack takes for its own marks escaped: a name cannot call the whole channel.
    /// https://docs.slack.dev/messaging/formatting-message-text
    var slackObject: JSONValue {
        let escaped = body.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        return ["text": .string(escaped)]
    }
}

extension Alert {
    /// `the limit on tokens per day with gpt-4o`.
    fileprivate var limitPhrase: String {
        "the limit on \(limit.phrase)" + (modelName.map { " with \($0)" } ?? "")
    }

    fileprivate var standing: String {
        "\(holderName) is at \(usedPercent) % of \(limitPhrase): \(limit.meter.figure(used)) of "
            + "\(limit.meter.figure(amount)) used."
    }

    fileprivate var consequence: String {
        switch action {
        case .note, .warn: "Nothing is refused yet."
        case .throttle: "Requests are let in more slowly from now on, and replies come more slowly."
        case .block: "What does not fit any more is refused."
        }
    }

    fileprivate func comeback(in timeZone: String) -> String? {
        resetsAt.map { "It counts anew from \($0.text("d MMM yyyy, HH:mm", in: timeZone)) (\(timeZone))." }
    }
}

extension AlertNotice {
    /// For programs. `id` is the same when an alert comes twice; amounts of `cost` are nanodollars.
    func object(_ text: AlertText, address: String) -> JSONValue {
        let limit = alert.limit
        return [
            "event": "limit.threshold", "id": .number(alert.id), "test": .boolean(isTest),
            "at": .string(alert.at.iso), "organization": .string(organization), "limit": .string(limit.id.rawValue),
            "scope": .string(limit.scope.rawValue), "holder": .string(alert.holderName),
            "holder_id": .string(alert.holder), "meter": .string(limit.meter.rawValue),
            "window": .string(limit.window.rawValue), "model": alert.modelName.map { .string($0) } ?? .null,
            "threshold": .number(alert.thresholdPartsPerMillion.millionths), "action": .string(alert.action.rawValue),
            "used": .number(alert.used), "amount": .number(alert.amount),
            "resets_at": alert.resetsAt.map { .string($0.iso) } ?? .null,
            "dashboard": .string(address + "/admin/alerts"), "text": .string(text.body),
        ]
    }
}

extension Timestamp {
    /// - Parameters:
    ///   - format: as Unicode TR 35 has it.
    ///   - timeZone: a name of the IANA database.
    func text(_ format: String, in timeZone: String) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: timeZone) ?? .gmt
        formatter.dateFormat = format
        return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
    }

    fileprivate var iso: String { text("yyyy-MM-dd'T'HH:mm:ss'Z'", in: "UTC") }
}

extension Int64 {
    /// 800,000 as `0.8`, exactly.
    fileprivate var millionths: String {
        var fraction = String(self % 1_000_000 + 1_000_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return String(self / 1_000_000) + (fraction.isEmpty ? "" : "." + fraction)
    }
}
