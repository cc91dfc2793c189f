import Core

extension UsageTable.Row {
    init(name: String, link: String?, _ totals: UsageTotals, _ words: Words) {
        self.init(
            name: name, link: link, requests: words.number(totals.requests), prompt: words.number(totals.promptTokens),
            completion: words.number(totals.completionTokens), total: words.number(totals.totalTokens),
            cost: words.dollars(nanodollars: totals.cost))
    }
}
