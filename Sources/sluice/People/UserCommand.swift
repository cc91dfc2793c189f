import ArgumentParser
import Core
import Foundation
import Glibc
import Store

/// `sluice user`: people from a shell, for whoever owns the machine.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Add people.", subcommands: [Add.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a person, who then signs in with e-mail and password.")

        @Argument(help: "Their e-mail address.")
        var email: String

        @Flag(help: "May use the admin panel.")
        var admin = false

        @Option(help: "The name of their tier; by default the first one that is not retired.")
        var tier: String?

        @Flag(help: "Read the password from the first line of standard input instead of asking for it.")
        var passwordStdin = false

        func run() throws {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let password = try passwordStdin ? Password.fromStandardInput() : Password.asked()
            if let problem = PasswordRules.problem(with: password, of: [email]) {
                throw CommandFailure("This password cannot be used: \(problem).")
            }
            let (email, admin, tier) = (email, admin, tier)
            let person = try Blocking.run {
                let store = try await SQLStore.open(settings)
                let draft = Person.Draft(
                    email: email, tier: try await Self.tier(named: tier, in: store), isAdmin: admin)
                let hash = try await Argon2Hasher().hash(password)
                do {
                    return try await store.people.add(draft, passwordHash: hash, by: .shell)
                } catch let flaws as Flaws {
                    throw CommandFailure(flaws)
                }
            }
            Output.line("Added \(person.email)\(admin ? ", an admin" : "").")
        }

        private static func tier(named name: String?, in store: SQLStore) async throws -> TierID {
            let tiers = try await store.tiers.all().filter { !$0.isRetired }
            guard let tier = name.map({ name in tiers.first { $0.name == name } }) ?? tiers.first else {
                let known = tiers.map(\.name).joined(separator: ", ")
                throw CommandFailure("There is no tier “\(name ?? "")”. There are: \(known).")
            }
            return tier.id
        }
    }
}

/// A password from a person or a script, never from the command line, which every process can read.
enum Password {
    static func fromStandardInput() throws -> String {
        guard let line = readLine(), !line.isEmpty else { throw CommandFailure("Standard input holds no password.") }
        return line
    }

    /// Asks twice, without showing what is typed.
    static func asked() throws -> String {
        guard let first = getpass("Password: ").map({ String(cString: $0) }), !first.isEmpty else {
            throw CommandFailure("No password was given.")
        }
        guard let second = getpass("Again: "), String(cString: second) == first else {
            throw CommandFailure("The two passwords differ.")
        }
        return first
    }
}
