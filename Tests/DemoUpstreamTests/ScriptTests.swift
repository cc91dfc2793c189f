import Testing

@testable import DemoUpstream

struct ScriptTests {
    @Test func readsEveryScriptThatIsListed() throws {
        for name in Script.listed {
            let script = try #require(Script(name), "\(name)")
            #expect(script != Script(), "\(name) changes something")
            #expect(DemoModel(Script.faultPrefix + name) != nil)
        }
    }

    @Test func readsTheNumberOfTokens() {
        #expect(Script("cut-after-12")?.breaking == Script.Break(kind: .cut, afterTokens: 12))
        #expect(Script("huge-line-after-0")?.breaking == Script.Break(kind: .hugeLine, afterTokens: 0))
        #expect(Script("cut")?.breaking == Script.Break(kind: .cut, afterTokens: 5))
    }

    @Test func aReplyIsAsLongAsItIsTold() throws {
        #expect(try #require(Script("as-told")).isTold)
    }

    @Test func joinsSeveral() throws {
        let script = try #require(Script("slow+no-usage, error-503"))
        #expect(script.isSlow && script.report == .none && script.opening == .error(status: 503))
    }

    @Test(arguments: ["nonsense", "error-200", "error-", "cut-after-x", "cut-after--1", "honest", "slow+nonsense"])
    func knowsNoOthers(name: String) {
        #expect(Script(name) == nil)
    }
}
