import Core
import Foundation
import Web

/// Everything that is wrong with the configuration, so that it can be put right in one go.
struct ConfigurationMistakes: Error, CustomStringConvertible {
    var all: [String]

    var description: String { (["The configuration cannot be used:"] + all.map { "  " + $0 }).joined(separator: "\n") }
}

/// Reads values from the environment and gathers what is wrong with them. An empty value is as none.
struct ConfigurationKeys {
    private let environment: [String: String]
    private var mistakes: [String] = []

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    func text(_ key: String) -> String? {
        environment[key].flatMap { $0.isEmpty ? nil : $0 }
    }

    func flag(_ key: String) -> Bool { ["1", "true", "yes"].contains(text(key)?.lowercased()) }

    /// The key itself, or the content of the file that `KEY_FILE` names, without the line break at its end.
    mutating func secret(_ key: String) -> String? {
        guard let path = text(key + "_FILE") else { return text(key) }
        if text(key) != nil { mistakes.append("\(key) and \(key)_FILE are both set; keep one.") }
        guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
            mistakes.append("\(key)_FILE: \(path) cannot be read.")
            return nil
        }
        return content.trimmingCharacters(in: .newlines)
    }

    mutating func number(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            let (least, most) = (range.lowerBound, range.upperBound)
            mistakes.append("\(key) is “\(text)”; it must be a whole number from \(least) to \(most).")
            return nil
        }
        return number
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) -> Choice? {
        guard let text = text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            mistakes.append("\(key) is “\(text)”; it must be one of: \(known).")
            return nil
        }
        return choice
    }

    mutating func address(_ key: String) -> PublicAddress? {
        guard let text = text(key) else { return nil }
        guard let address = PublicAddress(text) else {
            mistakes.append("\(key) is “\(text)”; it must be like https://chat.example.org, without a path.")
            return nil
        }
        return address
    }

    mutating func emailAddress(_ key: String) -> EmailAddress? {
        guard let text = text(key) else { return nil }
        guard case .email(let addresses) = AlertTargets(emails: [text]).target(of: .email) else {
            mistakes.append("\(key) is “\(text)”; it must be an address such as sluice@example.org.")
            return nil
        }
        return addresses.first
    }

    /// Separated by commas.
    func list(_ key: String) -> [String] {
        (text(key) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    func throwIfMistaken() throws {
        if !mistakes.isEmpty { throw ConfigurationMistakes(all: mistakes) }
    }
}
