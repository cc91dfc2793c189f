import ArgumentParser
import DemoUpstream
import Foundation
import Hummingbird
import Logging
import ServiceLifecycle
import Tokenizer
import UnixSignals

@main
struct DemoUpstreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-upstream",
        abstract: "An OpenAI-compatible stand-in without a model, for first runs and tests.",
        discussion: """
            It listens on the loopback only, and answers chat completions, legacy completions, responses and embeddings.
            GET /demo/requests tells what it was asked and what it produced, GET /demo/body?id= a body as it arrived.
            The header x-demo-speed sets the tokens per second of one request; x-demo-script, or a model named
            demo-fault-SCRIPT, what goes wrong with it.
            """
    )

    @Option(help: "The port on 127.0.0.1; 0 for any free one.")
    var port = 8089

    @Option(help: "Listen on this unix socket instead.")
    var unix: String?

    @Option(help: "How fast replies come; 0 for as fast as possible.")
    var tokensPerSecond = 40.0

    @Option(help: "From the request to the first token, in milliseconds.")
    var firstTokenMilliseconds = 150

    @Option(help: "Count as o200k_base does, by the tables in this directory; without it, by a rule of its own.")
    var tables: String?

    @Option(help: "Refuse requests without this bearer key.")
    var apiKey: String?

    @Flag(help: "List the fault models at /v1/models.")
    var faults = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535.") }
        guard tokensPerSecond >= 0, firstTokenMilliseconds >= 0 else {
            throw ValidationError("--tokens-per-second and --first-token-milliseconds cannot be negative.")
        }
    }

    func run() async throws {
        var logger = Logger(label: "demo-upstream")
        logger.logLevel = .warning
        let application = StandIn(settings: try settings()).application(logger: logger) { port in
            print("demo-upstream listens on \(port.map { "http://127.0.0.1:\($0)/v1" } ?? unix ?? "")")
            fflush(nil)
        }
        try await serve(application, logger)
    }

    /// - Throws: `TableError`.
    private func settings() throws -> StandIn.Settings {
        var settings = StandIn.Settings()
        settings.ruler = Ruler(try tables.map { try TokenCounters(directory: $0) })
        settings.address = unix.map { .unixDomainSocket(path: $0) } ?? .hostname("127.0.0.1", port: port)
        settings.tokensPerSecond = tokensPerSecond
        settings.firstTokenDelay = .milliseconds(firstTokenMilliseconds)
        settings.apiKey = apiKey
        settings.listsFaults = faults
        return settings
    }

    /// Until SIGTERM or SIGINT. Replies then have two seconds to end.
    private func serve(_ application: some Service, _ logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: application)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(2)
        configuration.maximumCancellationDuration = .seconds(3)
        try await ServiceGroup(configuration: configuration).run()
    }
}
