import Logging

/// Letting a call in: at once or in its turn, and where a limit leaves no room, what the tier gives instead.
extension Gate {
    enum Entry {
        case held(Allowance)
        case cached(CachedAnswer, Refusal)
    }

    /// The longest chain of models that is followed.
    private static let mostFallbacks = 5

    /// - Throws: `GateError.refused` of the model that was asked for, where nothing else helps; whatever else keeps a
    ///   prompt from passing.
    func admit(_ call: Call) async throws -> Entry {
        do {
            return .held(try await hold(call))
        } catch GateError.refused(let refusal) where refusal.cause == .full {
            if let allowance = try await downgrade(call, because: refusal) { return .held(allowance) }
            if let answer = await cached(call) { return .cached(answer, refusal) }
            throw GateError.refused(refusal)
        }
    }

    // MARK: A turn

    private func hold(_ call: Call) async throws -> Allowance {
        do {
            return try await holdInTurn(call)
        } catch {
            if call.isWaiting { await leaveQueue(call) }
            if call.isStopped { throw stopped }
            throw error
        }
    }

    /// Asks again and again while the ledger lets it wait; a place that nobody asks for is lost.
    private func holdInTurn(_ call: Call) async throws -> Allowance {
        while true {
            let request = request(of: call)
            switch try await ports.ledger.hold(request, at: ports.time.now()) {
            case .granted(let allowance):
                call.noteHeld()
                call.noteWaiting(false)
                noteShadowed(allowance, of: call)
                return allowance
            case .refused(let refusal):
                call.noteWaiting(false)
                throw GateError.refused(refusal)
            case .queued(let place):
                call.noteWaiting(true)
                call.tell(place)
                try await rest(call, at: place)
            }
        }
    }

    private func request(of call: Call) -> HoldRequest {
        let origin = Origin(
            path: call.route.path, modelAsked: call.prompt.model, conversation: call.prompt.conversation,
            feature: call.prompt.feature)
        return HoldRequest(
            requestID: call.id, owner: worker, origin: origin, demand: call.plan.demand,
            leaseUntil: ports.time.now().advanced(bySeconds: settings.leaseSeconds), mayWait: true,
            holdsWhatIsUsual: call.growsItsHold)
    }

    /// Those at the front look more often: it is their turn next. Whoever was disabled meanwhile has none.
    private func rest(_ call: Call, at place: QueuePlace) async throws {
        if isDraining { call.stop(.shutDown) }
        let pause = settings.queuePause * Int(max(1, min(place.place, 4)))
        try await call.interruptibly { [rest = ports.rest] in try await rest(pause) }
        _ = try await ports.policy.route(of: call.prompt.person, to: call.plan.model)
    }

    private func leaveQueue(_ call: Call) async {
        call.noteWaiting(false)
        do {
            try await ports.ledger.leaveQueue(call.id)
        } catch {
            log.warning("a place in the queue was not given up", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Another model

    /// Tries the models that the asked one falls back to, one after the other.
    ///
    /// - Returns: nil where none of them may, or can.
    private func downgrade(_ call: Call, because refusal: Refusal) async throws -> Allowance? {
        for try await plan in fallbacks(of: call) {
            call.downgrade(to: plan, because: refusal)
            do {
                return try await hold(call)
            } catch GateError.refused {
                continue
            }
        }
        call.downgrade(to: nil, because: refusal)
        return nil
    }

    private nonisolated func fallbacks(of call: Call) -> Fallbacks {
        Fallbacks(gate: self, prompt: call.prompt, plan: call.plan)
    }

    /// The plans of the models that a plan falls back to, in this order; none where its tier does not downgrade. Ends at
    /// a model that the person may not use, or that does not take the prompt.
    struct Fallbacks: AsyncSequence, AsyncIteratorProtocol {
        typealias Element = Call.Plan

        let gate: Gate
        let prompt: Prompt
        var plan: Call.Plan
        private var tried: Set<String>

        init(gate: Gate, prompt: Prompt, plan: Call.Plan) {
            self.gate = gate
            self.prompt = prompt
            self.plan = plan
            tried = [plan.model]
        }

        func makeAsyncIterator() -> Fallbacks { self }

        mutating func next() async throws -> Call.Plan? {
            guard plan.route.atLimit.downgrades, tried.count <= Gate.mostFallbacks, let model = plan.route.fallback,
                tried.insert(model).inserted
            else { return nil }
            do {
                plan = try await gate.plan(prompt, for: model)
                return plan
            } catch GateError.storeUnavailable(let detail) {
                throw GateError.storeUnavailable(detail: detail)
            } catch {
                return nil
            }
        }
    }
}
