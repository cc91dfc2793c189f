import Core
import Foundation

extension SQLConversations {
    func search(_ text: String, of person: PersonID, count: Int) async throws -> [ConversationMatch] {
        let patterns = text.searchPatterns
        if patterns.isEmpty { return [] }
        return try await database.read { session in
            try session.conversations(of: person, matching: patterns, count: count).map { conversation in
                let excerpt = try session.excerpt(of: conversation.id, around: text)
                return ConversationMatch(conversation: conversation, excerpt: excerpt)
            }
        }
    }
}

extension SQLSession {
    fileprivate func conversations(
        of person: PersonID, matching patterns: [String], count: Int
    ) throws -> [Conversation] {
        var filter = SQLFilter()
        filter.require(person) { "person = \($0)" }
        for pattern in patterns {
            filter.require(pattern) { pattern in
                #"""
                search_title LIKE \#(pattern) ESCAPE '\' OR EXISTS (
                    SELECT 1 FROM message WHERE message.conversation = conversation.id
                        AND message.superseded_by IS NULL AND message.search_text LIKE \#(pattern) ESCAPE '\')
                """#
            }
        }
        let limit = filter.bind(count.asLimit)
        return try rows(
            "SELECT * FROM conversation \(filter.clause) ORDER BY updated_at DESC, id DESC LIMIT \(limit)",
            with: filter.arguments
        ).map(Conversation.init)
    }

    /// From the latest message in which one of the words occurs; the first word that occurs anywhere decides.
    fileprivate func excerpt(of conversation: ConversationID, around text: String) throws -> String? {
        for word in text.split(whereSeparator: \.isWhitespace).prefix(8) {
            let row = try row(
                #"""
                SELECT text FROM message WHERE conversation = $1 AND superseded_by IS NULL
                    AND search_text LIKE $2 ESCAPE '\' ORDER BY position DESC LIMIT 1
                """#, conversation, String(word.prefix(100)).likePattern)
            if let row { return (try row["text"] as String).excerpt(around: String(word)) }
        }
        return nil
    }
}

extension String {
    /// The word with up to 60 characters on either side, on one line.
    fileprivate func excerpt(around word: String) -> String? {
        let options: String.CompareOptions = [.caseInsensitive, .diacriticInsensitive, .widthInsensitive]
        guard let found = range(of: word, options: options) else { return nil }
        let start = index(found.lowerBound, offsetBy: -60, limitedBy: startIndex) ?? startIndex
        let end = index(found.upperBound, offsetBy: 60, limitedBy: endIndex) ?? endIndex
        let words = self[start..<end].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return (start == startIndex ? "" : "…") + words + (end == endIndex ? "" : "…")
    }
}
