import Core

/// The pages and their routes over the ports of `Core`: everything a handler needs, in one value.
///
/// It keeps no state between requests, so that every worker answers alike.
public struct Site: Sendable {
    let ports: Ports
    let settings: Settings
    let templates: Templates

    /// Reads every template and names every static file.
    ///
    /// - Throws: a `CustomStringConvertible` error that names the template that would print nothing where something is
    ///   meant; an error of the file system.
    public init(_ ports: Ports, settings: Settings) throws {
        self.init(ports, settings: settings, templates: try Templates(settings))
    }

    init(_ ports: Ports, settings: Settings, templates: Templates) {
        self.ports = ports
        self.settings = settings
        self.templates = templates
    }

    var words: Words { templates.words }
}

extension Templates {
    init(_ settings: Site.Settings) throws {
        try self.init(
            directory: settings.templateDirectory, words: .english,
            files: StaticFiles(directory: settings.publicDirectory))
    }
}

extension Site {
    /// What the configuration says about the pages.
    public struct Settings: Sendable {
        public var address: PublicAddress
        /// Of the program, such as `0.1.0`.
        public var version: String
        /// Whether replies come from the stand-in, because no upstream is configured.
        public var isStandIn: Bool
        public var templateDirectory: String
        public var publicDirectory: String
        /// Who may read the numbers for a monitoring system; nobody by default.
        public var metrics: MetricsAccess

        public init(
            address: PublicAddress, version: String, isStandIn: Bool, templateDirectory: String,
            publicDirectory: String, metrics: MetricsAccess = MetricsAccess()
        ) {
            self.address = address
            self.version = version
            self.isStandIn = isStandIn
            self.templateDirectory = templateDirectory
            self.publicDirectory = publicDirectory
            self.metrics = metrics
        }
    }
}
