import Core

@testable import Web

extension Samples {
    static let reply = """
        A sluice is a **gate that meters water** from a common channel to many fields. Three things matter:

        1. The *level* in front of it
        2. How far it is open
        3. How long: see [the article](https://en.wikipedia.org/wiki/Sluice)

        | Opening | Flow | Note |
        |---------|-----:|------|
        | 10 cm | 42 l/s | trickle |
        | 50 cm | 310 l/s | ordinary |

        ```swift
        /// Litres per second through an opening of `area` square metres.
        func flow(area: Double, head: Double) -> Double {
            let gravity = 9.81 // m/s²
            return 0.6 * area * (2 * gravity * head).squareRoot() * 1_000
        }
        print("flow: \\(flow(area: 0.2, head: 1.5))")
        ```

        - [x] measured
        - [ ] published

        > The gate is what makes sharing possible.
        """

    static func gauge(_ change: (inout GaugeInput) -> Void = { _ in }) -> Gauge {
        var input = GaugeInput(
            limit: 25_000, used: 6_204, held: 1_608, needs: 1_412, isExact: false, replyMax: 4_096, promptMax: 8_000)
        change(&input)
        return Gauge(input, name: "Your tokens today", resets: moment(hours: 17), words: words)
    }

    static func composer(text: String = "", isBlocked: Bool = false, isReadOnly: Bool = false) -> Composer {
        Composer(
            action: "/chat/c1", chat: "c1",
            submission: "5f2b", text: text,
            models: [
                Choice.Option(value: "m1", label: "gpt-4o-mini", isSelected: true),
                Choice.Option(value: "m2", label: "llama-3.3-70b", isSelected: false),
            ], canSend: !isBlocked && !isReadOnly, isReadOnly: isReadOnly)
    }

    static func chatPage(
        frame: Frame, open: Bool = true, messages: [ChatMessageRow], composer: Composer, gauge: Gauge?,
        hasChats: Bool = true
    ) -> ChatPage {
        ChatPage(
            frame: frame, search: "", days: hasChats ? days : [], noChats: "Your chats will stand here.",
            older: "/chat?after=1-a",
            title: open ? "How a sluice works" : "New chat",
            open: open
                ? .init(
                    id: "c1", name: "How a sluice works", instructions: "Answer briefly.",
                    total: "This chat: 2,946 tokens") : nil,
            greeting: "What would you like to know?", instructions: messages.isEmpty ? "Be brief." : nil,
            messages: messages,
            problem: gauge?.isBlocked == true ? .init(message: gauge?.advice ?? "") : nil,
            warnings: gauge?.state == "near"
                ? [.init(warning: "Your tokens today: 90 % taken, 2,392 left of 25,000 tokens. It returns at 23:00.")]
                : [],
            composer: composer,
            gauge: gauge)
    }

    private static var days: [ChatPage.Day] {
        [
            .init(
                day: "Today",
                chats: [
                    .init(
                        id: "c1", title: "How a sluice works", excerpt: "… the gate is what makes sharing …",
                        isOpen: true),
                    .init(
                        id: "c2", title: "A very long title that does not fit into the list <b>", excerpt: nil,
                        isOpen: false),
                ]),
            .init(day: "Yesterday", chats: [.init(id: "c3", title: "Fractions for Mia", excerpt: nil, isOpen: false)]),
        ]
    }

    static var question: ChatMessageRow {
        ChatMessageRow(
            id: "1", author: "You", isQuestion: true, text: "How does a sluice work?\n<script>alert(1)</script>",
            usage: nil, edit: "/chat/c1/edit/1")
    }

    static var messages: [ChatMessageRow] {
        [
            question,
            ChatMessageRow(
                id: "2", author: "gpt-4o-mini", isQuestion: false, text: reply,
                usage: "312 prompt + 845 reply = 1,157 tokens", remark: "stopped", regenerate: "/chat/c1/regenerate/2"),
        ]
    }

    static var chat: [(name: String, page: any Page)] {
        let chatting = { (frame: inout Frame) in frame.isChat = true }
        let streaming = ChatMessageRow(
            id: "4", author: "gpt-4o-mini", isQuestion: false, text: "The water ", isStreaming: true,
            stream: "/chat/c1/replies/4/events",
            stop: "/chat/c1/replies/4/stop")
        let failed = ChatMessageRow(
            id: "6", author: "gpt-4o-mini", isQuestion: false, text: "",
            problem: "The model could not be reached. Nothing was charged.")
        return [
            (
                "chat-new",
                chatPage(
                    frame: frame("New chat") {
                        $0.isChat = true
                        $0.isStandIn = true
                    }, open: false, messages: [], composer: composer(), gauge: nil, hasChats: false)
            ),
            (
                "chat",
                chatPage(
                    frame: frame("How a sluice works", chatting), messages: messages,
                    composer: composer(text: "And what happens when two farmers open it at once?"), gauge: gauge())
            ),
            (
                "chat-near",
                chatPage(
                    frame: frame("How a sluice works") {
                        $0.isChat = true
                        $0.seenAs = "Tomás Ødegård"
                    }, messages: messages + [streaming],
                    composer: composer(isReadOnly: true), gauge: gauge { $0.used = 21_000 })
            ),
            (
                "chat-blocked",
                chatPage(
                    frame: frame("How a sluice works", chatting), messages: messages + [failed],
                    composer: composer(text: "And then?", isBlocked: true),
                    gauge: gauge {
                        $0.used = 24_000
                        $0.held = 0
                        $0.isExact = true
                    })
            ),
        ]
    }
}
