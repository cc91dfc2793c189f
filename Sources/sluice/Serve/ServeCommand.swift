import ArgumentParser
import Core
import FastCGI
import Foundation
import Logging
import Relay
import Store
import Tokenizer

/// `sluice serve`: checks and prepares everything once, then keeps the workers running.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the pages over FastCGI, with several workers.",
        discussion: """
            Configured by the environment (see README.md). SIGHUP renews the workers one by one; SIGTERM and SIGINT let \
            replies go on for a while, then end everything.
            """
    )

    func run() throws {
        let settings = try Settings(ProcessInfo.processInfo.environment)
        let log = Logger(label: "sluice", level: settings.logLevel)
        _ = try TokenCounters(directory: settings.tables)
        try Self.makeFolders(settings)
        try Blocking.run { try await Self.prepare(settings, log) }
        OpenFileLimit.raise()
        var supervisor = Supervisor(
            socket: try .bind(path: settings.socket, group: settings.socketGroup), executable: "/proc/self/exe",
            arguments: [WorkerCommand.configuration.commandName!], workers: settings.workers,
            drainLimit: .seconds(settings.drainSeconds), logger: log)
        try supervisor.run()
    }

    private static func makeFolders(_ settings: Settings) throws {
        for path in [settings.database, settings.socket] {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
    }

    private static func prepare(_ settings: Settings, _ log: Logger) async throws {
        let store = try await SQLStore.open(settings)
        let upstream = OpenAIUpstream()
        let first = FirstUpstream(store: store, upstream: upstream, settings: settings.firstUpstream, log: log)
        do {
            try await first.arrange()
        } catch {
            try await upstream.shutDown()
            throw (error as? StoreFailure).map { CommandFailure($0, of: settings) } ?? error
        }
        try await upstream.shutDown()
    }
}

extension SQLStore {
    /// - Parameter createsFile: whether a database is made where there is none.
    static func open(_ settings: Settings, createsFile: Bool = true) async throws -> SQLStore {
        do {
            return try await open(
                path: settings.database,
                settings: SQLiteDatabase.Settings(durability: settings.durability, createsFile: createsFile),
                time: SystemTime())
        } catch let failure as StoreFailure {
            throw CommandFailure(failure, of: settings)
        }
    }
}

extension CommandFailure {
    fileprivate init(_ failure: StoreFailure, of settings: Settings) {
        self.init("The database \(settings.database) cannot be used. \(CommandFailure(failure))")
    }
}
