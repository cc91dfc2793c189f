import Core
import Hummingbird

/// What the list of people shows, as its address has it: `?q=ma&tier=…&state=disabled&sort=-usage&page=2`.
struct PeopleFilter: Sendable, Hashable {
    enum State: String, CaseIterable {
        case all = ""
        case active, disabled, admin
    }

    var text = ""
    var tier = ""
    var state = State.all
    var sort = PeopleQuery.Sort.name
    var isDescending = false
    var page = 1

    static let pageSize = 50

    init() {}

    /// What cannot be read is left out: an address is not worth an error.
    init(_ parameters: Parameters) {
        let value = { (name: String) in parameters[name[...]].map(String.init) ?? "" }
        text = String(value("q").prefix(200))
        tier = value("tier")
        state = State(rawValue: value("state")) ?? .all
        isDescending = value("sort").hasPrefix("-")
        sort = PeopleQuery.Sort(rawValue: value("sort").replacing("-", with: "")) ?? .name
        page = max(1, min(1_000_000, Int(value("page")) ?? 1))
    }

    var query: PeopleQuery {
        PeopleQuery(
            text: text, tier: tier.isEmpty ? nil : TierID(rawValue: tier), isAdmin: state == .admin ? true : nil,
            isDisabled: state == .disabled ? true : state == .active ? false : nil, sort: sort,
            isDescending: isDescending, page: page, pageSize: Self.pageSize)
    }

    /// The address of the same list.
    var address: String {
        let sorting = (isDescending ? "-" : "") + sort.rawValue
        let items = [("q", text), ("tier", tier), ("state", state.rawValue), ("sort", sorting), ("page", String(page))]
        return "/admin/people" + QueryText(items).text
    }

    /// The list by this column; the other way round when it is sorted by it already.
    func sorted(by column: PeopleQuery.Sort) -> PeopleFilter {
        var filter = self
        filter.isDescending = sort == column ? !isDescending : column == .usage
        filter.sort = column
        filter.page = 1
        return filter
    }

    func turned(to page: Int) -> PeopleFilter {
        var filter = self
        filter.page = page
        return filter
    }
}
