/// Which people a list shows, and in which order.
public struct PeopleQuery: Sendable, Hashable {
    public enum Sort: String, Sendable, CaseIterable {
        case name, email, created
        /// By the tokens of this month, the most first.
        case usage
    }

    /// Part of a name or address, in any case; empty for all.
    public var text: String
    public var tier: TierID?
    public var isAdmin: Bool?
    public var isDisabled: Bool?
    public var sort: Sort
    public var isDescending: Bool
    /// From 1.
    public var page: Int
    public var pageSize: Int

    public init(
        text: String = "", tier: TierID? = nil, isAdmin: Bool? = nil, isDisabled: Bool? = nil, sort: Sort = .name,
        isDescending: Bool = false, page: Int = 1, pageSize: Int = 50
    ) {
        self.text = text
        self.tier = tier
        self.isAdmin = isAdmin
        self.isDisabled = isDisabled
        self.sort = sort
        self.isDescending = isDescending
        self.page = page
        self.pageSize = pageSize
    }
}

public struct FoundPeople: Sendable, Hashable {
    public struct Row: Sendable, Hashable {
        public var person: Person
        /// Prompt and completion tokens since the organization's month began.
        public var tokensThisMonth: Int64

        public init(person: Person, tokensThisMonth: Int64) {
            self.person = person
            self.tokensThisMonth = tokensThisMonth
        }
    }

    public var rows: [Row]
    /// On all pages together.
    public var total: Int

    public init(rows: [Row], total: Int) {
        self.rows = rows
        self.total = total
    }
}
