import Core
import Hummingbird

/// What a person's list of chats shows: all of them page by page, or what a search finds.
struct ChatList: Sendable {
    static let pageSize = 50

    var search = ""
    var cursor: ConversationCursor?

    init() {}

    /// `q` is searched for; `after` is where the page before ended. What makes no sense is as good as absent.
    init(_ request: Request) {
        search = request.uri.queryParameters.get("q")?.prefix(200).description ?? ""
        cursor = request.uri.queryParameters.get("after").flatMap(ConversationCursor.init)
    }
}

extension ConversationCursor {
    /// The opposite of `text`.
    fileprivate init?(_ text: String) {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let milliseconds = Int64(parts[0]) else { return nil }
        self.init(updatedAt: Timestamp(milliseconds: milliseconds), id: ConversationID(rawValue: String(parts[1])))
        if !id.isWellFormed { return nil }
    }

    fileprivate var text: String { "\(updatedAt.milliseconds)-\(id)" }
}

extension ChatVisit {
    /// What was found, the latest first, and where the list goes on.
    func chats(_ list: ChatList) async throws -> (found: [ConversationMatch], older: String?) {
        if !list.search.allSatisfy(\.isWhitespace) {
            return (try await ports.conversations.search(list.search, of: person.id, count: ChatList.pageSize), nil)
        }
        let count = ChatList.pageSize + 1
        let page = try await ports.conversations.list(of: person.id, after: list.cursor, count: count)
        let shown = page.prefix(ChatList.pageSize)
        let older = page.count == count ? shown.last.map { "/chat?after=" + ConversationCursor($0).text } : nil
        return (shown.map { ConversationMatch(conversation: $0, excerpt: nil) }, older)
    }

    /// Grouped by the day on which something was last said, in the person's zone.
    func days(_ found: [ConversationMatch], open: ConversationID?) -> [ChatPage.Day] {
        var days: [(name: String, chats: [ChatPage.Item])] = []
        for match in found {
            let name = dayName(match.conversation.updatedAt)
            if days.last?.name != name { days.append((name, [])) }
            days[days.count - 1].chats.append(
                ChatPage.Item(
                    id: match.conversation.id.rawValue, title: match.conversation.title, excerpt: match.excerpt,
                    isOpen: match.conversation.id == open))
        }
        return days.map { ChatPage.Day(day: $0.name, chats: $0.chats) }
    }

    private func dayName(_ moment: Timestamp) -> String {
        let now = ports.time.now()
        guard let today = calendar.interval(of: .day, containing: now) else { return "" }
        if moment >= today.start { return words("Today") }
        let before = Timestamp(milliseconds: today.start.milliseconds - 1)
        let yesterday = calendar.interval(of: .day, containing: before)
        if let yesterday, moment >= yesterday.start { return words("Yesterday") }
        return Moment.day(moment, zone)
    }
}
