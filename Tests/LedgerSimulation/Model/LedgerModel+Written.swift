import Core

/// What has to be written in the book, as rows of its tables.
extension LedgerModel {
    var writtenAccounts: [[Cell]] {
        accounts.map { written($0) + [Cell($0.window.end)] } + pots.map { written($0) + [Cell($0.grant.expiresAt)] }
    }

    func written(_ request: Request) -> [[Cell]] {
        request.charges.map { written(accounts[$0.index]) + [.number($0.used), .number($0.held)] }
            + request.draws.map { written(pots[$0.index]) + [.number($0.used), .number($0.held)] }
    }

    private func written(_ account: Account) -> [Cell] {
        let holder = account.holder + (account.priority.map { "#" + $0.rawValue } ?? "")
        return [
            .text(account.limit.rawValue), .text(holder), Cell(account.window.start), .number(account.used),
            .number(account.held),
        ]
    }

    private func written(_ pot: Pot) -> [Cell] {
        [
            .text(pot.grant.id.rawValue), .text(pot.grant.holder.subject), Cell(pot.grant.createdAt), .number(pot.used),
            .number(pot.held),
        ]
    }
}

extension LedgerModel.Request {
    var written: [Cell] {
        [
            .text(asked.requestID.rawValue), Cell(openedAt), Cell(leaseUntil), .number(replyCap), .number(heldReply),
            .number(streamed),
        ]
    }

    var writtenUsage: [Cell]? {
        settlement.map { settlement in
            [
                .text(asked.requestID.rawValue), .number(1), .number(settlement.usage.promptTokens),
                .number(settlement.usage.completionTokens), .number(settlement.cost),
            ]
        }
    }
}
