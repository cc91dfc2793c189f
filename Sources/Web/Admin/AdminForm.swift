/// The form of the admin panel that creates or changes one thing (`templates/admin/form.mustache`).
struct AdminForm: Sendable {
    let title: String
    let action: String
    let cancel: String
    let fields: [Field]
    let choices: [Choice]
}
