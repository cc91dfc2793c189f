/// `/admin/people/{id}/keys`: somebody's keys, as an admin sees to them.
struct PersonKeysPage: Page {
    static let template = "admin/person-keys"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let id: String
    let name: String
    let title: String
    let keys: KeyList
}
