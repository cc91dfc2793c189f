/// The port to what was used in the past. All of it comes from sums kept when requests are settled, filed under the
/// moment at which they were let in; a request that still runs is not yet in it.
///
/// Every method throws `StoreFailure`.
public protocol UsageHistory: Sendable {
    /// What a person used from `start` up to but not including `end`.
    func total(of person: PersonID, from start: Timestamp, to end: Timestamp) async throws -> UsageTotals

    /// The same by quarter of an hour and model, the earliest first. `UsageSlot.byDay` makes days of it.
    func slots(of person: PersonID, from start: Timestamp, to end: Timestamp) async throws -> [UsageSlot]

    /// A person's conversations, the one last used first.
    func conversations(of person: PersonID, limit: Int) async throws -> [ConversationUsage]

    /// What one conversation used in all; nothing for a conversation of somebody else.
    func total(of conversation: ConversationID, of person: PersonID) async throws -> UsageTotals

    /// What each person of an organization used, the heaviest first.
    func people(
        of organization: OrganizationID, from start: Timestamp, to end: Timestamp
    ) async throws -> [PersonUsage]

    /// What went to each model, the heaviest first.
    func models(of organization: OrganizationID, from start: Timestamp, to end: Timestamp) async throws -> [ModelUsage]

    /// What was asked for with keys, by key and by the project that it was filed under, the heaviest first.
    func keys(of organization: OrganizationID, from start: Timestamp, to end: Timestamp) async throws -> [KeyUsage]

    /// What each limit of this mode refused, or would have, the one that spared most tokens first.
    func refusals(
        of organization: OrganizationID, _ mode: Limit.Mode, from start: Timestamp, to end: Timestamp
    ) async throws -> [RefusedUsage]
}

/// A sum over requests.
public struct UsageTotals: Sendable, Hashable, Codable {
    public var requests: Int64
    public var promptTokens: Int64
    public var completionTokens: Int64
    public var cachedPromptTokens: Int64
    public var reasoningTokens: Int64
    /// In nanodollars.
    public var cost: Int64

    public init(
        requests: Int64 = 0, promptTokens: Int64 = 0, completionTokens: Int64 = 0, cachedPromptTokens: Int64 = 0,
        reasoningTokens: Int64 = 0, cost: Int64 = 0
    ) {
        self.requests = requests
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedPromptTokens = cachedPromptTokens
        self.reasoningTokens = reasoningTokens
        self.cost = cost
    }

    public var totalTokens: Int64 { promptTokens.addingClamped(completionTokens) }

    public static func + (left: Self, right: Self) -> Self {
        Self(
            requests: left.requests.addingClamped(right.requests),
            promptTokens: left.promptTokens.addingClamped(right.promptTokens),
            completionTokens: left.completionTokens.addingClamped(right.completionTokens),
            cachedPromptTokens: left.cachedPromptTokens.addingClamped(right.cachedPromptTokens),
            reasoningTokens: left.reasoningTokens.addingClamped(right.reasoningTokens),
            cost: left.cost.addingClamped(right.cost))
    }
}

/// A quarter of an hour of one person with one model. Every time zone in use is whole quarters away from UTC, so that
/// anybody's days are whole slots.
public struct UsageSlot: Sendable, Hashable {
    public static let milliseconds: Int64 = 15 * 60 * 1000

    public var start: Timestamp
    public var model: ModelID
    public var totals: UsageTotals

    public init(start: Timestamp, model: ModelID, totals: UsageTotals) {
        self.start = start
        self.model = model
        self.totals = totals
    }

    /// Sums slots by the days of `calendar`, named by their first moment; days without use are left out.
    public static func byDay(_ slots: [UsageSlot], in calendar: WindowCalendar) -> [(
        day: Timestamp, totals: UsageTotals
    )] {
        var days: [(day: Timestamp, totals: UsageTotals)] = []
        for slot in slots.sorted(by: { $0.start < $1.start }) {
            guard let day = calendar.interval(of: .day, containing: slot.start)?.start else { continue }
            if days.last?.day == day {
                days[days.count - 1].totals = days[days.count - 1].totals + slot.totals
            } else {
                days.append((day, slot.totals))
            }
        }
        return days
    }
}

public struct ConversationUsage: Sendable, Hashable {
    public var conversation: ConversationID
    public var latestAt: Timestamp
    public var totals: UsageTotals

    public init(conversation: ConversationID, latestAt: Timestamp, totals: UsageTotals) {
        self.conversation = conversation
        self.latestAt = latestAt
        self.totals = totals
    }
}

public struct PersonUsage: Sendable, Hashable {
    public var person: PersonID
    public var totals: UsageTotals

    public init(person: PersonID, totals: UsageTotals) {
        self.person = person
        self.totals = totals
    }
}

public struct ModelUsage: Sendable, Hashable {
    public var model: ModelID
    public var totals: UsageTotals

    public init(model: ModelID, totals: UsageTotals) {
        self.model = model
        self.totals = totals
    }
}

/// What was asked for with one key, and filed under one project.
public struct KeyUsage: Sendable, Hashable {
    public var key: APIKeyID
    /// What the key is called, and whose it is.
    public var name: String
    public var person: PersonID
    /// Nil where the key belonged to none at that time.
    public var project: ProjectID?
    public var totals: UsageTotals

    public init(key: APIKeyID, name: String, person: PersonID, project: ProjectID?, totals: UsageTotals) {
        self.key = key
        self.name = name
        self.person = person
        self.project = project
        self.totals = totals
    }
}

/// What one limit kept from being taken: the prompts, and the replies that are usual.
public struct RefusedUsage: Sendable, Hashable {
    public var limit: Limit.ID
    public var requests: Int64
    public var tokens: Int64
    /// In nanodollars.
    public var cost: Int64

    public init(limit: Limit.ID, requests: Int64, tokens: Int64, cost: Int64) {
        self.limit = limit
        self.requests = requests
        self.tokens = tokens
        self.cost = cost
    }
}
