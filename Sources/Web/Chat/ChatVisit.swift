import Core
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Somebody at their chats, for the length of one request. What belongs to others is not there for them.
struct ChatVisit: Sendable {
    let site: Site
    let context: SiteContext
    let person: Person
    /// The person's own days.
    let calendar: WindowCalendar

    init(_ site: Site, _ context: SiteContext) async throws {
        self.site = site
        self.context = context
        person = try context.asker().person
        calendar = try await site.calendar(of: person)
    }

    var ports: Site.Ports { site.ports }
    var words: Words { site.words }
    var zone: TimeZone { calendar.timeZone }

    func record(of chat: ConversationID) async throws -> ConversationRecord {
        try await ports.conversations.record(of: chat, of: person.id)
    }

    /// The chat that the path names.
    ///
    /// - Throws: `Failure.notFound` or `NotFound`, also for somebody else's.
    func recordInPath() async throws -> ConversationRecord {
        try await record(of: try context.identifier("chat"))
    }

    // MARK: Models

    func models() async throws -> [Model] { try await ports.models.allowed(for: person.id) }

    /// What the next question goes to: what was asked for, else what the chat was last led with, if it still may.
    func model(_ asked: String?, for record: ConversationRecord?, among models: [Model]) -> String? {
        let wishes = [asked, record?.conversation.model].compactMap { $0 }
        return wishes.first { wish in models.contains { $0.name == wish } } ?? models.first?.name
    }

    // MARK: The gauge

    /// What would become of `draft` as the next question.
    ///
    /// - Parameter model: one of `models()`.
    /// - Returns: nil where no limit on tokens applies.
    func gauge(_ draft: String, after record: ConversationRecord?, model: String?) async throws -> Gauge? {
        try await standing(draft, after: record, model: model).gauge
    }

    /// The same, with a warning of each limit that is near.
    func standing(
        _ draft: String, after record: ConversationRecord?, model: String?
    ) async throws -> (gauge: Gauge?, warnings: [ChatPage.Warning]) {
        guard let model else { return (nil, []) }
        let messages = (record?.prompt ?? []) + [ChatMessage(role: .user, content: draft)]
        let quote = try await ports.gate.quote(Prompt(person: person.id, model: model, messages: messages))
        let near = quote.accounts.filter { quote.alertRules.warning(of: $0) != nil }
        return (
            Gauge(quote, zone: zone, words: words),
            near.map { ChatPage.Warning(warning: words.warning($0, zone: zone)) }
        )
    }

    // MARK: What went wrong

    /// - Returns: nil for what is no concern of the person's.
    func failure(_ error: any Error) -> Failure? {
        switch error {
        case let failure as Failure: failure
        case let error as GateError: Failure(error, now: ports.time.now(), zone: zone, words: words)
        case let error as SubmissionFailure: Failure(error, words)
        case let flaws as Flaws: Failure(flaws, words)
        case let error as StoreFailure: failure(error)
        default: nil
        }
    }

    private func failure(_ error: StoreFailure) -> Failure? {
        guard let failure = Failure(error) else { return nil }
        context.logger.note(error)
        return failure
    }
}
