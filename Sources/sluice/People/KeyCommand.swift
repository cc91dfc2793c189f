import ArgumentParser
import Core
import Foundation
import Store

/// `sluice key`: API keys from a shell, for whoever owns the machine and for scripts.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make, list and revoke API keys.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key and print it.",
            discussion: """
                The key alone goes to standard output, this once; everything else is said on standard error. What it \
                takes counts on the person's limits.
                """)

        @Option(help: "The e-mail address of the person in whose name it asks.")
        var user: String

        @Option(help: "The project that its usage is filed under; made if there is none of this name.")
        var project: String?

        @Option(help: "What it is for.")
        var name = "made from a shell"

        @Option(help: "After how many days it expires; by default never.")
        var expires: Int?

        func validate() throws {
            if let expires, !(1...36_500).contains(expires) {
                throw ValidationError("--expires must be a whole number of days from 1 to 36500.")
            }
        }

        func run() throws {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let secret = APIKey.Secret.random()
            let (user, project) = (user, project)
            let key = APIKey.Settings(name: name, expiresAt: expiry)
            let person = try Blocking.run {
                let store = try await SQLStore.open(settings)
                do {
                    return try await store.create(key, in: project, secret: secret, for: user)
                } catch let flaws as Flaws {
                    throw CommandFailure(flaws)
                }
            }
            if person.isDisabled { Output.note("\(person.email) is disabled: the key is refused until that ends.") }
            Output.line(secret.rawValue)
        }

        private var expiry: Timestamp? {
            expires.map { SystemTime().now().advanced(bySeconds: Int64($0) * 24 * 3600) }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a person's API keys: id, beginning, state, day of making, name; with tabs between them.")

        @Option(help: "The person's e-mail address.")
        var user: String

        func run() throws {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let user = user
            let keys = try Blocking.run {
                let store = try await SQLStore.open(settings)
                return try await store.keys.all(of: store.person(called: user).id)
            }
            for key in keys { Output.line(key.line(at: SystemTime().now())) }
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End an API key for good; the next request with it is refused.")

        @Argument(help: "The key's id, as `sluice key list` prints it.")
        var id: String

        func run() throws {
            let settings = try Settings(ProcessInfo.processInfo.environment)
            let id = APIKeyID(rawValue: id)
            let key = try Blocking.run {
                let store = try await SQLStore.open(settings)
                guard let key = try await store.keys.key(id), key.revokedAt == nil else {
                    throw CommandFailure("There is no key \(id) that could be revoked.")
                }
                try await store.keys.revoke(id, of: key.person, by: .shell)
                return key
            }
            Output.note("Revoked \(key.name) (\(key.beginning)).")
        }
    }
}

extension SQLStore {
    /// - Returns: whose key it is now.
    fileprivate func create(
        _ settings: APIKey.Settings, in project: String?, secret: APIKey.Secret, for email: String
    ) async throws -> Person {
        try settings.flaws.throwIfAny()
        let person = try await person(called: email)
        var settings = settings
        if let project { settings.project = try await self.project(called: project) }
        _ = try await keys.create(settings, secret: secret, for: person.id, by: .shell)
        return person
    }

    fileprivate func person(called email: String) async throws -> Person {
        guard let address = EmailAddress(rawValue: email), let person = try await people.person(with: address) else {
            throw CommandFailure("There is nobody with the address “\(email)”.")
        }
        return person
    }

    /// The one that there is, or a new one.
    fileprivate func project(called name: String) async throws -> ProjectID {
        if let project = try await projects.all().first(where: { $0.name == name }) { return project.id }
        let project = try await projects.create(Project.Draft(name: name), by: .shell)
        Output.note("Made the project \(name).")
        return project.id
    }
}

extension APIKey {
    fileprivate func line(at now: Timestamp) -> String {
        let day = Date(timeIntervalSince1970: Double(createdAt.milliseconds) / 1000).ISO8601Format().prefix(10)
        let state = revokedAt != nil ? "revoked" : isLive(at: now) ? "live" : "expired"
        return [id.rawValue, beginning, state, String(day), name].joined(separator: "\t")
    }
}
