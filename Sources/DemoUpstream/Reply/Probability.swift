/// The made-up probabilities of tokens: always the same for the same token.
struct Probability {
    private let token: Substring

    init(of token: Substring) {
        self.token = token
    }

    /// Of the token itself, then of what could have stood in its place: likelier first.
    func ranking(_ count: Int) -> [(token: Substring, logarithm: Double)] {
        let others = Phrases.words.lazy.map { Substring(" " + $0) }.filter { $0 != token }.prefix(max(0, count - 1))
        let rest = others.enumerated().map { (token: $1, logarithm: logarithm - Double($0 + 1)) }
        return ([(token, logarithm)] + rest).prefix(count).map { $0 }
    }

    /// From -1.999 to 0.
    var logarithm: Double {
        let hash = token.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return -Double(hash % 2_000) / 1_000
    }

    /// As chat completions and responses tell it.
    func json(alternatives: Int) -> JSON {
        .object(
            Self.members(token, logarithm)
                + [
                    .init(
                        name: "top_logprobs",
                        value: .array(ranking(alternatives).map { .object(Self.members($0.token, $0.logarithm)) }))
                ])
    }

    private static func members(_ token: Substring, _ logarithm: Double) -> [JSON.Member] {
        [
            .init(name: "token", value: .string(String(token))), .init(name: "logprob", value: .number(logarithm)),
            .init(name: "bytes", value: .array(token.utf8.map { .integer(Int($0)) })),
        ]
    }
}
