import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A chat as JSON, for programs: amounts in tokens, moments in UTC.
struct ExportedChat: Encodable {
    struct Message: Encodable {
        let role: ChatRole
        let text: String
        let state: String
        let createdAt: String
        let model: String?
        let promptTokens: Int64?
        let completionTokens: Int64?
        /// Why the reply is shorter than it could be, or broke off, as its page says it.
        let remark: String?
    }

    let title: String
    let instructions: String
    let createdAt: String
    let messages: [Message]

    init(_ record: ConversationRecord, _ words: Words) {
        title = record.conversation.title
        instructions = record.conversation.systemPrompt
        createdAt = Moment(record.conversation.createdAt, zone: .gmt).iso
        messages = record.messages.map { message in
            Message(
                role: message.role, text: message.text, state: message.state.rawValue,
                createdAt: Moment(message.createdAt, zone: .gmt).iso, model: message.reply?.model,
                promptTokens: message.reply?.usage?.promptTokens,
                completionTokens: message.reply?.usage?.completionTokens, remark: words.shortfall(of: message))
        }
    }
}

extension ConversationRecord {
    /// The chat as Markdown, as it was typed and answered.
    func markdown(_ words: Words) -> String {
        let instructions = conversation.systemPrompt
        let opening = instructions.isEmpty ? [] : ["## " + words("Instructions for the model"), instructions]
        let said = messages.flatMap { message in
            ["## " + (message.reply?.model ?? words("You")), message.text]
                + (words.shortfall(of: message).map { ["*\($0)*"] } ?? [])
        }
        return (["# " + conversation.title] + opening + said).joined(separator: "\n\n") + "\n"
    }
}

extension Words {
    /// Why a reply is not all that it could be, in the words of its page.
    fileprivate func shortfall(of message: Message) -> String? {
        problem(message) ?? remark(message, zone: .gmt)
    }
}

extension Site {
    func exportMarkdown(_ request: Request, _ context: SiteContext) async throws -> Response {
        let record = try await ChatVisit(self, context).recordInPath()
        return .download(
            record.markdown(words), of: "text/markdown; charset=utf-8", named: record.conversation.title + ".md")
    }

    func exportJSON(_ request: Request, _ context: SiteContext) async throws -> Response {
        let record = try await ChatVisit(self, context).recordInPath()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(ExportedChat(record, words)), as: UTF8.self)
        return .download(text, of: "application/json; charset=utf-8", named: record.conversation.title + ".json")
    }
}

extension Response {
    /// A file to keep. Its name may have any characters (RFC 8187).
    fileprivate static func download(_ text: String, of type: String, named name: String) -> Response {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._")
        let encoded = name.addingPercentEncoding(withAllowedCharacters: plain) ?? "chat"
        return Response(
            status: .ok,
            headers: [.contentType: type, .contentDisposition: "attachment; filename*=UTF-8''\(encoded)"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
