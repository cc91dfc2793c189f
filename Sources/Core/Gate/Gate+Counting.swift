extension Gate {
    /// The tokens of `text` by itself, as the model of this public name counts.
    ///
    /// - Throws: `GateError`, for a model that this person may not use too.
    public func count(_ text: String, for model: String, of person: PersonID) async throws(GateError) -> TokenCount {
        do {
            return ports.meter.count(text, for: try await ports.policy.route(of: person, to: model).meteredModel)
        } catch {
            throw GateError(error)
        }
    }
}
