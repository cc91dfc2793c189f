/// One token, and what is seen of it.
enum Token: Sendable, Equatable {
    case reasoning(Substring)
    /// A token of reasoning that is counted and not shown.
    case hidden
    case text(Substring)
    /// A token of a function's name that is not complete yet: nothing is sent.
    case naming
    /// The last token of a function's name. The index counts the calls of a choice.
    case call(index: Int, name: String)
    case arguments(call: Int, Substring)

    var isReasoning: Bool {
        switch self {
        case .reasoning, .hidden: true
        case .text, .naming, .call, .arguments: false
        }
    }
}

/// One alternative of a reply, decided on before the first byte.
struct Choice: Sendable {
    enum Finish: String, Sendable {
        case stop, length
        case toolCalls = "tool_calls"
    }

    var tokens: [Token]
    var finish: Finish

    /// - Parameter room: the most tokens that it may have.
    init(_ ask: Ask, _ messages: [Message], variant: Int, model: DemoModel, script: Script, room: Int) {
        var author = Author(ask: ask, messages: messages, variant: variant)
        let reasoning = author.reasoning(thinks: model.thinks || script.thinks, isHidden: script.hidesReasoning)
        let calls = ask.functions.called(in: messages)
        let told = script.isTold ? messages.question.lastNumber : nil
        let wished = script.isEndless ? room + 1 : told ?? author.length(in: model.replyTokens)
        // More than the cap is written only where a stop may begin before it and end behind it.
        let needed = ask.stop.isEmpty ? min(wished, room + 1) : wished
        let words = calls.isEmpty ? author.words(atLeast: needed) : author.calls(of: calls)
        let whole = reasoning + (told.map { Array(words.prefix($0)) } ?? words)
        tokens = Array(whole.prefix(room))
        finish = tokens.count < whole.count ? .length : calls.isEmpty ? .stop : .toolCalls
    }

    var text: String {
        pieces.joined()
    }

    /// The tokens of the text.
    var pieces: [Substring] {
        tokens.compactMap { if case .text(let piece) = $0 { piece } else { nil } }
    }

    var reasoning: String {
        tokens.compactMap { if case .reasoning(let piece) = $0 { piece } else { nil } }.joined()
    }

    /// The calls as far as they were made.
    var calls: [Message.Call] {
        tokens.reduce(into: []) { calls, token in
            switch token {
            case .call(_, let name): calls.append(Message.Call(name: name, arguments: ""))
            case .arguments(let call, let piece): calls[call].arguments += piece
            default: break
            }
        }
    }
}

extension String {
    /// Up to a million: nobody reads more.
    fileprivate var lastNumber: Int? {
        split { !$0.isASCII || !$0.isNumber }.last.flatMap { Int($0) }.map { min($0, 1_000_000) }
    }
}
