/// The projects of the organization.
///
/// Every method that changes something writes the audit log in the same transaction, and throws `Flaws`, `NotFound` or
/// `StoreFailure` when it changed nothing.
public protocol Projects: Sendable {
    /// By name, the retired ones last.
    func all() async throws -> [Project]

    /// How many keys of each project may be used now; a project without any is left out.
    func liveKeys() async throws -> [ProjectID: Int]

    func create(_ draft: Project.Draft, by actor: Actor) async throws -> Project
    func change(_ project: ProjectID, to draft: Project.Draft, by actor: Actor) async throws -> Project
    func setRetired(_ isRetired: Bool, _ project: ProjectID, by actor: Actor) async throws
}
