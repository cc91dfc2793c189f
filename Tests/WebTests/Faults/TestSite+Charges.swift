import Core

@testable import Store

extension TestSite {
    /// What stands on the ledger for this person, oldest first.
    func charges(of person: Person) async throws -> [UpstreamFault.Charge] {
        try await store.database.read { session in
            try session.rows("SELECT * FROM usage WHERE person = $1 ORDER BY id", person.id).map { row in
                .tokens(
                    try row["prompt_tokens"], try row["completion_tokens"], try row["source"], try row["outcome"],
                    isDoubtful: try row["doubtful"])
            }
        }
    }
}
