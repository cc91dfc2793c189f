import Core

/// What can be chosen for a new limit.
struct LimitChoices: Sendable {
    let organization: Organization
    let tiers: [Tier]
    let projects: [Project]
    let models: [Model]
    /// A key that was come from, by its identifier.
    var key: (id: String, name: String)?
}

extension LimitDraft {
    /// What the limit counts.
    func counts(_ choices: LimitChoices, _ errors: [String: String], _ words: Words) -> LimitForm.Counts {
        LimitForm.Counts(
            whom: Choice(
                "whom", words("Whom it concerns"), options: whomOptions(choices, words),
                selected: whom ?? "tier:" + (choices.tiers.first?.id.rawValue ?? ""), error: errors["subject"]),
            fields: [
                Field(
                    "person", words("E-mail"), value: person ?? "", hint: words("For one person."),
                    error: errors["person"]),
                Field(
                    "key", words("Beginning of the key"), value: key ?? "",
                    hint: words("For one API key: as its owner sees it, such as slk_Ab12."), error: errors["key"]),
            ],
            choices: [
                Choice(
                    "meter", words("What it counts"),
                    options: Limit.Meter.allCases.map { ($0.rawValue, words.choice(of: $0)) },
                    selected: meter ?? Limit.Meter.tokens.rawValue, error: errors["meter"]),
                Choice(
                    "window", words("Over which time"),
                    options: Window.allCases.map { ($0.rawValue, words.choice(of: $0)) },
                    selected: window ?? Window.day.rawValue, error: errors["window"]),
                Choice(
                    "model", words("Of which model"),
                    options: [("", words("of all together"))]
                        + choices.models.map { ($0.id.rawValue, words("only of {name}", ["name": $0.name])) },
                    selected: model ?? "", error: errors["model"]),
            ])
    }

    private func whomOptions(_ choices: LimitChoices, _ words: Words) -> [(String, String)] {
        let organization = choices.organization
        let named = { (scope: Limit.Scope, sentence: String, id: String, name: String) in
            ("\(scope.rawValue):\(id)", words(sentence, ["name": name]))
        }
        var options = [
            named(.organization, "everybody together: {name}", organization.id.rawValue, organization.name),
            named(.request, "each request by itself", organization.id.rawValue, ""),
        ]
        options += choices.tiers.map { named(.tier, "each person of the tier {name}", $0.id.rawValue, $0.name) }
        options += choices.projects.map { named(.project, "the project {name}", $0.id.rawValue, $0.name) }
        options += choices.models.map { named(.model, "everybody on the model {name}", $0.id.rawValue, $0.name) }
        options += [("person:", words("one person, by e-mail")), ("key:", words("one API key, by its beginning"))]
        if let key = choices.key { options.append(("key:" + key.id, words("the key {name}", ["name": key.name]))) }
        return options
    }

    func amountFields(isBucket: Bool?, _ errors: [String: String], _ words: Words) -> [Field] {
        var fields = [
            Field(
                "amount", isBucket == true ? words("How much the bucket holds") : words("Amount"), kind: .number,
                value: amount, hint: words("Spending in dollars, such as 2.50; everything else in whole numbers."),
                error: errors["amount"], isRequired: true)
        ]
        if isBucket != false {
            fields.append(
                Field(
                    "refill", words("Flows back each second"), kind: .number, value: refill ?? "",
                    hint: words("Only for a bucket. Such as 100 or 0.1."), error: errors["refill"]))
        }
        return fields
    }

    func modeChoice(_ errors: [String: String], _ words: Words) -> Choice {
        Choice(
            "mode", words("What it does"),
            options: [
                ("enforce", words("refuses what does not fit")), ("shadow", words("only notes what it would refuse")),
            ],
            selected: mode, error: errors["mode"])
    }

    /// - Parameter isAdding: whether there is an empty one to fill in.
    func ruleRows(isAdding: Bool, _ errors: [String: String], _ words: Words) -> [LimitForm.Rule] {
        var rules = sortedRules
        let isFull = rules.count >= Self.mostRules
        if (isAdding || rules.isEmpty) && !isFull { rules.append((name: "", rule: Rule())) }
        return rules.enumerated().map { index, one in
            // Numbered anew, so that an added row stands last and no name is there twice.
            ruleRow(
                one.rule, "rules[r\(index)]", errors: { errors["rules[\(one.name)]" + $0] }, number: index + 1, words)
        }
    }

    private func ruleRow(
        _ rule: Rule, _ name: String, errors: (String) -> String?, number: Int, _ words: Words
    ) -> LimitForm.Rule {
        let chosen = Set(rule.days ?? [])
        return LimitForm.Rule(
            number: words.number(number), daysName: name + "[days][]",
            days: Weekday.allCases.map { day in
                Choice.Option(
                    value: String(day.rawValue), label: words.name(of: day),
                    isSelected: chosen.contains(String(day.rawValue)))
            },
            fields: [
                Field(name + "[from]", words("From"), kind: .time, value: rule.from, error: errors("[from]")),
                Field(
                    name + "[until]", words("Until"), kind: .time, value: rule.until,
                    hint: words("At or before the beginning: on the next day."), error: errors("[until]")),
                Field(
                    name + "[amount]", words("Amount then"), kind: .number, value: rule.amount,
                    error: errors("[amount]")),
            ],
            error: errors("[days][]"))
    }

    func pressureFields(_ errors: [String: String], _ words: Words) -> [Field] {
        let percent = { (name: String, label: String, value: String, hint: String) in
            Field(name, words(label), kind: .number, value: value, hint: words(hint), error: errors[name])
        }
        return [
            percent("threshold", "From, in %", threshold, "Of the limit. Empty: all are treated alike."),
            percent("low", "Low priority may take, in %", low, "Of the limit, in the whole window."),
            percent("normal", "Normal priority may take, in %", normal, "Empty: as much as there is."),
        ]
    }

    func ceilingField(_ errors: [String: String], _ words: Words) -> Field {
        Field(
            "ceiling", words("May rise to"), kind: .number, value: ceiling,
            hint: words("While the organization needs less than it has. Empty: it stays as it is."),
            error: errors["ceiling"])
    }
}
