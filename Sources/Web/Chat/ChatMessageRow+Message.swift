import Core
import Foundation

extension ChatMessageRow {
    /// How a row stands on its page.
    struct Standing {
        /// Nothing is being written, so that the last question and its reply can be replaced.
        var canReplace = false
        var isLastQuestion = false
        var isLastReply = false
        /// Whether the row is only the place where the page is cut to stream the reply into it, without scripts.
        var isPlace = false
    }

    init(_ message: Message, _ standing: Standing, zone: TimeZone, _ words: Words) {
        let address = "/chat/\(message.conversation)"
        guard let reply = message.reply else {
            let isEditable = standing.canReplace && standing.isLastQuestion
            self.init(
                id: message.id.rawValue, author: words("You"), isQuestion: true, text: message.text,
                edit: isEditable ? "\(address)/edit/\(message.id)" : nil)
            return
        }
        let isStreaming = message.state == .streaming
        let isReplaceable = standing.canReplace && standing.isLastReply && !isStreaming
        let replies = "\(address)/replies/\(reply.requestID)"
        self.init(
            id: message.id.rawValue, author: reply.author, isQuestion: false,
            text: standing.isPlace ? "" : message.text,
            isStreaming: isStreaming || standing.isPlace,
            stream: isStreaming && !standing.isPlace ? replies + "/events" : nil,
            stop: isStreaming && !standing.isPlace ? replies + "/stop" : nil,
            usage: reply.usage.map { words.usage($0) },
            note: reply.substitute.map { words.explanation(of: $0, zone: zone) },
            remark: words.remark(message, zone: zone), problem: words.problem(message),
            regenerate: isReplaceable ? "\(address)/regenerate/\(message.id)" : nil)
    }
}

extension Words {
    /// `312 prompt + 845 reply = 1,157 tokens`.
    func usage(_ usage: Usage) -> String {
        self(
            "{prompt} prompt + {reply} reply = {total}",
            [
                "prompt": number(usage.promptTokens), "reply": number(usage.completionTokens),
                "total": tokens(usage.totalTokens),
            ])
    }

    /// Why the reply is, or will be, shorter than it could be.
    func remark(_ message: Message, zone: TimeZone) -> String? {
        guard let reply = message.reply else { return nil }
        return switch (reply.outcome, reply.finishReason) {
        case (.stopped, _): self("You stopped it")
        case (.abandoned, _): self("Stopped, as nobody was reading")
        case (.limited, _): ended(reply.room, zone: zone)
        case (_, .length): cut(reply.room)
        case (_, .contentFilter): self("Cut by the model's filter")
        default: message.state == .streaming ? reply.room.flatMap(shortage) : nil
        }
    }

    /// The reply was let go on only as far as there was room for it.
    private func ended(_ room: ReplyRoom?, zone: TimeZone) -> String {
        guard let limit = room?.limit else { return self("It ends here: no more tokens could be held just now") }
        guard let until = room?.until else {
            return self("It ends here, because nothing more was left: {limit}", ["limit": name(of: limit)])
        }
        return self(
            "It ends here, because nothing more was left until {when}: {limit}",
            ["limit": name(of: limit), "when": Moment(until, zone: zone).text])
    }

    private func cut(_ room: ReplyRoom?) -> String {
        guard let room else { return self("Cut at its longest") }
        return shortage(room)
            ?? self(
                "Cut at {cap}, the longest reply that your tier and this model allow here", ["cap": tokens(room.tokens)]
            )
    }

    /// Nil where no limit made the room smaller.
    private func shortage(_ room: ReplyRoom) -> String? {
        room.limit.map {
            self("{limit}: room for a reply of at most {cap}", ["cap": tokens(room.tokens), "limit": name(of: $0)])
        }
    }

    /// Why there is no reply, or only a part.
    func problem(_ message: Message) -> String? {
        guard message.state == .failed, let reply = message.reply else { return nil }
        return switch reply.outcome {
        case .shutDown: self("The server was restarted while the reply was written. What had come is kept and charged.")
        case .expired, nil: self("The reply was lost on the way. What had come is kept and charged.")
        default: Failure.explanation(brokenOff: reply.failure ?? .cut, self)
        }
    }
}

extension Message.Reply {
    /// The model that answered, where it is not the one that was asked.
    var author: String {
        if case .model(let model) = substitute?.kind { model } else { model }
    }
}
