/// The form of the admin panel that creates or changes one thing (`templates/admin/form.mustache`).
struct AdminForm: Sendable {
    let title: String
    let action: String
    let cancel: String
    let fields: [Field]
    let choices: [Choice]
    /// Several of many; nil where there is nothing to choose from.
    let checks: Checks?

    struct Checks: Sendable {
        let legend: String
        /// Ends in `[]`, as the form decoder wants it of a list.
        let name: String
        let options: [Choice.Option]
        let error: String?
    }
}
