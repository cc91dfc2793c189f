public import Hummingbird
public import Logging

/// A small OpenAI-compatible API without a model behind it: the default upstream of a first run, and the scripted
/// peer of the tests. What it writes is made up from the question, always the same for the same question.
///
/// It counts what it produced itself, and tells at `GET /demo/requests`, so that a test can contradict the gate; at
/// `GET /demo/body` it shows a request as it arrived.
///
/// What a token is, `Settings.ruler` says; the name and the arguments of a function's call are counted too. It calls the
/// functions that the question names, and answers with what they returned.
public struct StandIn: Sendable {
    public struct Settings: Sendable {
        /// Counts prompts, and cuts replies into tokens.
        public var ruler = Ruler()
        public var address = BindAddress.hostname("127.0.0.1", port: 8089)
        /// How fast replies come; 0 for as fast as possible. The header `x-demo-speed` overrides it for one request.
        public var tokensPerSecond = 40.0
        /// From the request to the first token: a model reads the prompt first.
        public var firstTokenDelay = Duration.milliseconds(150)
        /// Lists the fault models too. They answer to their names whether listed or not.
        public var listsFaults = false
        /// Where set, a request without this bearer key is refused with 401.
        public var apiKey: String?

        public init() {}
    }

    let settings: Settings
    let journal = Journal()

    public init(settings: Settings = Settings()) {
        self.settings = settings
    }

    /// The server, not yet running.
    ///
    /// - Parameter onServerRunning: told the port that was bound; nil on a unix socket.
    public func application(
        logger: Logger, onServerRunning: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: router(),
            server: .http1(configuration: .init(additionalChannelHandlers: [HangUpHandler()])),
            configuration: ApplicationConfiguration(
                address: settings.address, serverName: "demo-upstream", backlog: 4_096),
            onServerRunning: { await onServerRunning($0.localAddress?.port) },
            logger: logger
        )
    }

    private func router() -> Router<DemoContext> {
        let router = Router(context: DemoContext.self)
        let demo = router.group("demo")
        demo.get("requests") { request, _ in try requests(request) }
        demo.get("body") { request, _ in try body(request) }
        demo.delete("requests") { _, _ in forgetRequests() }

        let api = router.group("v1").add(middleware: BearerKey(expected: settings.apiKey))
        api.post("chat/completions") { request, context in try await chat(request, context) }
        api.post("completions") { request, context in try await completions(request, context) }
        api.post("responses") { request, context in try await responses(request, context) }
        api.post("embeddings") { request, context in try await embeddings(request, context) }
        api.get("models") { _, _ in models() }
        api.get("models/:id") { _, context in try model(context.parameters.require("id")) }
        return router
    }
}
