import Hummingbird

extension Site {
    /// The chats of whoever is signed in.
    func addChatRoutes(to routes: RouterGroup<SiteContext>) {
        routes.post("tokens", use: countTokens)
        routes.get("chat", use: showNewChat)
        routes.post("chat", use: askFirst)
        addRoutes(ofOneChat: routes.group("chat/{chat}"))
    }

    private func addRoutes(ofOneChat chat: RouterGroup<SiteContext>) {
        chat.get(use: showChat)
        chat.post(use: askNext)
        chat.post("edit/{message}", use: askEdited)
        chat.post("regenerate/{message}", use: askAgain)
        chat.get("replies/{request}/events", use: followReply)
        chat.post("replies/{request}/stop", use: stopReply)
        chat.post("stop", use: stopChat)
        chat.post("rename", use: renameChat)
        chat.post("instructions", use: instructModel)
        chat.post("delete", use: deleteChat)
        chat.get("export.md", use: exportMarkdown)
        chat.get("export.json", use: exportJSON)
    }
}
