import Core

extension Site {
    /// The longest that an admin waits for a trial.
    private static let trialSeconds: Int64 = 30

    /// Asks `model` something small, through the gate like any prompt of `person`: metered, and on their account.
    func trial(of model: Model, by person: Person, as request: Core.RequestID) async throws -> ModelsPage.Trial {
        let prompt = Prompt(
            requestID: request, person: person.id, feature: "trial", model: model.name,
            messages: [ChatMessage(role: .user, content: "Say hello in one short sentence.")], maxReplyTokens: 200)
        let start = ContinuousClock.now
        let watchdog = Task { [gate = ports.gate] in
            try await Task.sleep(for: .seconds(Self.trialSeconds))
            _ = try await gate.stop(request, of: person.id)
        }
        defer { watchdog.cancel() }
        do {
            let (text, ending) = try await ports.gate.submit(prompt).whole()
            let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
            return ModelsPage.Trial(model, text: text, ending: ending, milliseconds: Int64(milliseconds), words)
        } catch let error as GateError {
            return ModelsPage.Trial(model, notSent: error, words)
        }
    }
}
