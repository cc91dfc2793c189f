public import Core
public import Hummingbird
public import Logging

/// What is known about one request beside the request itself.
public struct SiteContext: IdentifiedContext {
    public var coreContext: CoreRequestContextStorage
    public var requestID: Core.RequestID
    /// The browser's, as nginx sees it; empty where nobody says so.
    public let remoteAddress: String
    /// Takes a stream slot for this request before its response begins; false when all are taken. Asked again, it gives
    /// the same answer.
    public let takeStreamSlot: @Sendable () -> Bool

    /// Who is asking, and what the browser remembers.
    var visit = Visit()
    /// Who asks with an API key; nobody on the pages.
    var keyHolder: KeyHolder?

    public init(
        logger: Logger, requestID: Core.RequestID, remoteAddress: String, takeStreamSlot: @escaping @Sendable () -> Bool
    ) {
        coreContext = CoreRequestContextStorage(source: LogSource(logger: logger))
        self.requestID = requestID
        self.remoteAddress = remoteAddress
        self.takeStreamSlot = takeStreamSlot
    }

    /// For Hummingbird's own server, which stands behind no proxy and counts no streams.
    public init(source: ApplicationRequestContextSource) {
        self.init(
            logger: source.logger, requestID: .random(),
            remoteAddress: source.channel.remoteAddress?.ipAddress ?? "", takeStreamSlot: { true })
    }

    public var signedIn: SignedIn? { visit.signedIn }

    private struct LogSource: RequestContextSource {
        let logger: Logger
    }
}

extension SiteContext {
    /// Who is asking; in the groups for people who are signed in there always is somebody.
    func asker() throws(Failure) -> SignedIn {
        guard let signedIn else { throw .notSignedIn }
        return signedIn
    }

    /// Who is asking with a key; in the group for programs there always is somebody.
    func caller() throws(Failure) -> KeyHolder {
        guard let keyHolder else { throw .invalidKey }
        return keyHolder
    }

    /// Who is asking, as the author of a change.
    func actor() throws(Failure) -> Actor {
        .person(try asker().person.id)
    }

    /// The identifier in the path under this name.
    ///
    /// - Throws: `Failure.notFound` for what no identifier looks like.
    func identifier<Subject>(_ name: String, of subject: Subject.Type = Subject.self) throws(Failure) -> Identifier<
        Subject
    > {
        guard let text = parameters.get(name), text.utf8.count == 32, text.utf8.allSatisfy(\.isASCIIAlphanumeric) else {
            throw .notFound
        }
        return Identifier(rawValue: text)
    }
}
