import ArgumentParser
import Core
import Foundation
import Glibc
import Store
import Web

/// `sluice user`: people from a shell, for whoever owns the machine.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Add and invite people.", subcommands: [Add.self, Invite.self])

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

        @Flag(help: "Set no password, but print a one-time link with which they choose it.")
        var invite = false

        func validate() throws {
            if invite && passwordStdin { throw ValidationError("--invite goes without a password.") }
        }

        func run() throws {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let password = try invite ? nil : Password.good(for: email, fromStandardInput: passwordStdin)
            let (email, admin, tier, invite) = (email, admin, tier, invite)
            try Blocking.run {
                let store = try await SQLStore.open(settings)
                let draft = Person.Draft(
                    email: email, tier: try await store.openTier(named: tier).id, isAdmin: admin)
                let person = try await store.add(draft, password: password)
                let news = "Added \(person.email)\(admin ? ", an admin" : "")."
                guard invite else { return Output.line(news) }
                Output.note(news)
                try await store.printLink(for: person, settings)
            }
        }
    }

    struct Invite: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a one-time link with which a person chooses a new password; it works for three days.",
            discussion: "Every call ends the person's earlier link. Their old password works until the link is used.")

        @Argument(help: "Their e-mail address.")
        var email: String

        func run() throws {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let email = email
            try Blocking.run {
                let store = try await SQLStore.open(settings)
                let address = EmailAddress(rawValue: email)
                guard let address, let person = try await store.people.person(with: address) else {
                    throw CommandFailure("Nobody has the address “\(email)”.")
                }
                try await store.printLink(for: person, settings)
            }
        }
    }
}

extension SQLStore {
    fileprivate func openTier(named name: String?) async throws -> Tier {
        let open = try await tiers.all().filter { !$0.isRetired }
        guard let tier = name.map({ name in open.first { $0.name == name } }) ?? open.first else {
            let known = open.map(\.name).joined(separator: ", ")
            throw CommandFailure("There is no tier “\(name ?? "")”. There are: \(known).")
        }
        return tier
    }

    fileprivate func add(_ draft: Person.Draft, password: String?) async throws -> Person {
        var hash: String?
        if let password { hash = try await Argon2Hasher().hash(password) }
        do {
            return try await people.add(draft, passwordHash: hash, by: .shell)
        } catch let flaws as Flaws {
            throw CommandFailure(flaws)
        }
    }

    fileprivate func printLink(for person: Person, _ settings: Settings) async throws {
        do {
            let token = try await invitations.invite(person.id, by: .shell).token
            Output.line("\(settings.address.origin)/invitation/\(token.rawValue)")
        } catch is NotFound {
            throw CommandFailure("\(person.email) is disabled.")
        }
    }
}

/// A password from a person or a script, never from the command line, which every process can read.
enum Password {
    /// - Throws: `CommandFailure` for one that everybody tries first, or that is too short.
    static func good(for email: String, fromStandardInput: Bool) throws -> String {
        let password = try fromStandardInput ? self.fromStandardInput() : asked()
        if let problem = PasswordRules.problem(with: password, of: [email]) {
            throw CommandFailure("This password cannot be used: \(problem).")
        }
        return password
    }

    private static func fromStandardInput() throws -> String {
        guard let line = readLine(), !line.isEmpty else { throw CommandFailure("Standard input holds no password.") }
        return line
    }

    /// Asks twice, without showing what is typed.
    private static func asked() throws -> String {
        guard let first = getpass("Password: ").map({ String(cString: $0) }), !first.isEmpty else {
            throw CommandFailure("No password was given.")
        }
        guard let second = getpass("Again: "), String(cString: second) == first else {
            throw CommandFailure("The two passwords differ.")
        }
        return first
    }
}
