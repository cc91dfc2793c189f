import ArgumentParser
import FastCGI
import Foundation
import Logging

/// `sluice worker`: what `sluice serve` starts, with the listening socket as its standard input.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Serve on the inherited socket.", shouldDisplay: false)

    func run() throws {
        let settings = try Settings(ProcessInfo.processInfo.environment)
        guard let socket = try ListeningSocket.inherited() else {
            throw CommandFailure("A worker is started by “sluice serve”: its standard input is the listening socket.")
        }
        let log = Logger(label: "sluice.worker", level: settings.logLevel)
        try Blocking.run { try await Worker(settings, log: log).serve(on: socket) }
    }
}
