/// Someone who signs in. People are disabled, never removed: the ledger refers to them.
public struct Person: Sendable, Hashable, Codable, Identifiable {
    public var id: PersonID
    public var organization: OrganizationID
    public var tier: TierID
    public var email: EmailAddress
    /// As it is shown to others; the address when none was given.
    public var displayName: String
    public var isAdmin: Bool
    public var isDisabled: Bool
    /// A name of the IANA database; nil to show times in the organization's zone.
    public var timeZone: String?
    /// A BCP 47 language tag; nil for the browser's.
    public var locale: String?
    public var createdAt: Timestamp

    public init(
        id: PersonID = .random(), organization: OrganizationID, tier: TierID, email: EmailAddress, displayName: String,
        isAdmin: Bool, isDisabled: Bool = false, timeZone: String? = nil, locale: String? = nil, createdAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.tier = tier
        self.email = email
        self.displayName = displayName
        self.isAdmin = isAdmin
        self.isDisabled = isDisabled
        self.timeZone = timeZone
        self.locale = locale
        self.createdAt = createdAt
    }
}

extension Person {
    /// What is chosen about a person when they are added or edited.
    public struct Draft: Sendable, Hashable, Codable {
        public var email: String
        public var displayName: String
        public var tier: TierID
        public var isAdmin: Bool

        public init(email: String, displayName: String = "", tier: TierID, isAdmin: Bool = false) {
            self.email = email
            self.displayName = displayName
            self.tier = tier
            self.isAdmin = isAdmin
        }

        /// Whether the address is taken and the tier exists, only the store knows.
        public var flaws: Flaws {
            var flaws = Flaws([])
            flaws.note(EmailAddress(rawValue: email) == nil ? .malformed : nil, about: "email")
            flaws.note(displayName.isEmpty ? nil : displayName.nameProblem(), about: "displayName")
            return flaws
        }
    }

    /// What people choose about themselves.
    public struct Preferences: Sendable, Hashable, Codable {
        public var displayName: String
        public var timeZone: String?
        public var locale: String?

        public init(displayName: String, timeZone: String?, locale: String?) {
            self.displayName = displayName
            self.timeZone = timeZone
            self.locale = locale
        }

        public var flaws: Flaws {
            var flaws = Flaws([])
            flaws.note(displayName.nameProblem(), about: "displayName")
            if let timeZone, WindowCalendar(timeZone: timeZone) == nil { flaws.note(.unknown, about: "timeZone") }
            flaws.note(locale.flatMap { $0.nameProblem(maxCharacters: 35) }, about: "locale")
            return flaws
        }
    }
}
