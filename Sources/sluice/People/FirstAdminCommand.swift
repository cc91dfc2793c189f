import ArgumentParser
import Core
import Foundation
import Store
import Web

/// `sluice first-admin`: the one-time link, for as long as nobody administers.
struct FirstAdminCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "first-admin",
        abstract: "Print a one-time link that makes the first admin; it works for an hour.",
        discussion: "Every call ends earlier links. Where there is an admin already, nothing is printed."
    )

    func run() throws {
        let settings = try Settings(ProcessInfo.processInfo.environment)
        let token = try Blocking.run { try await SQLStore.open(settings).firstAdmin.invite() }
        guard let token else { return Output.note("There is an admin already.") }
        Output.line("\(settings.address.origin)/first-admin/\(token.rawValue)")
    }
}
