import Hummingbird

/// The models that the stand-in pretends to have.
struct DemoModel: Sendable {
    /// How many tokens a reply has that nobody cut short.
    var replyTokens: ClosedRange<Int>
    var thinks = false
    var script: Script

    static let names = ["demo-small", "demo-large", "demo-thinker", "demo-embedding"]

    /// Another name of `demo-small`, which is not listed: a model of OpenAI's whose price of an image is published. A
    /// caller that prices images by the model's name can send some to it.
    static let priced = "gpt-4o"

    init?(_ name: String) {
        switch name {
        case "demo-small", Self.priced: self.init(replyTokens: 60...180)
        case "demo-large": self.init(replyTokens: 300...900)
        case "demo-thinker": self.init(replyTokens: 120...400, thinks: true)
        default: self.init(fault: name)
        }
    }

    private init(replyTokens: ClosedRange<Int>, thinks: Bool = false, script: Script = Script()) {
        self.replyTokens = replyTokens
        self.thinks = thinks
        self.script = script
    }

    private init?(fault name: String) {
        guard name.hasPrefix(Script.faultPrefix), let script = Script(name.dropFirst(Script.faultPrefix.count)) else {
            return nil
        }
        self.init(replyTokens: 60...180, script: script)
    }
}

extension StandIn {
    private struct List: ResponseEncodable {
        var object = "list"
        var data: [Entry]
    }

    private struct Entry: ResponseEncodable {
        var id: String
        var object = "model"
        var created = 1_767_225_600
        var ownedBy = "demo"

        enum CodingKeys: String, CodingKey {
            case id, object, created
            case ownedBy = "owned_by"
        }
    }

    /// `GET /v1/models`
    func models() -> some ResponseGenerator {
        let faults = settings.listsFaults ? Script.listed.map { Script.faultPrefix + $0 } : []
        return List(data: (DemoModel.names + faults).map { Entry(id: $0) })
    }

    /// `GET /v1/models/{id}`
    func model(_ name: String) throws -> some ResponseGenerator {
        guard DemoModel.names.contains(name) || DemoModel(name) != nil else { throw APIError.noModel(name) }
        return Entry(id: name)
    }
}
