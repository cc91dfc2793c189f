import Core
import HTTPTypes
import Store
import Testing

@testable import Web

/// Somebody at `/account/keys`.
struct KeyVisitor {
    let site: TestSite
    let person: Person
    let browser: Browser
    var keys: any APIKeys { site.store.keys }

    init() async throws {
        site = try await TestSite()
        person = try await site.person()
        browser = try await site.browser(of: person)
    }

    /// The form of a new key, as the page has it.
    func form(_ changes: [String: String] = [:]) async throws -> [String: String] {
        let page = try await browser.get("/account/keys?edit=new").text
        let submission = try #require(page.firstMatch(of: /name="submission" value="([0-9a-f]{64})"/)?.1)
        return Self.fields.merging(["submission": String(submission), "token": browser.formToken]) { $1 }
            .merging(changes) { $1 }
    }

    static let fields = [
        "name": "laptop", "expiresAt": "", "tokensPerHour": "", "tokensPerDay": "", "tokensPerMonth": "",
        "requestsPerMinute": "", "concurrentRequests": "",
    ]

    func post(_ form: [String: String], to path: String = "/account/keys", in browser: Browser? = nil) async throws
        -> Answer
    {
        let body = form.map { "\(Browser.escaped($0))=\(Browser.escaped($1))" }.joined(separator: "&")
        return try await (browser ?? self.browser).send(.post, path, body: body)
    }

    /// A key, made on the page, and its secret.
    func make(_ changes: [String: String] = [:]) async throws -> (APIKey, String) {
        let answer = try await post(try await form(changes))
        let secret = try #require(Self.secret(in: answer.text), "\(answer.status)")
        return (
            try #require(try await keys.all(of: person.id).first { $0.beginning.hasPrefix(secret.prefix(8)) }), secret
        )
    }

    static func secret(in page: String) -> String? {
        page.firstMatch(of: /<code>(slk_[A-Za-z0-9_-]{43})<\/code>/).map { String($0.1) }
    }
}

@Suite struct KeysTests {
    @Test func aKeyIsShownOnceAndAsksInItsPersonsName() async throws {
        let visitor = try await KeyVisitor()
        let answer = try await visitor.post(visitor.form())
        let secret = try #require(KeyVisitor.secret(in: answer.text))
        #expect(answer.status == .ok && answer.headers[.cacheControl] == "no-store")
        #expect(answer.text.contains("export OPENAI_BASE_URL=https://chat.example.org/v1\n"))
        #expect(answer.text.contains("export OPENAI_API_KEY=\(secret)</code>"))
        #expect(answer.text.contains(#"{&quot;model&quot;: &quot;small&quot;"#))
        #expect(try await visitor.keys.holder(of: secret)?.person == visitor.person)
        let list = try await visitor.browser.get("/account/keys").text
        #expect(list.contains(secret.prefix(8) + "…") && !list.contains(secret) && list.contains("laptop"))
    }

    @Test func aFormThatIsSentTwiceMakesOneKeyAndShowsItAgain() async throws {
        let visitor = try await KeyVisitor()
        let form = try await visitor.form()
        let answers = [try await visitor.post(form), try await visitor.post(form)]
        let secrets = try answers.map { try #require(KeyVisitor.secret(in: $0.text)) }
        #expect(secrets[0] == secrets[1])
        #expect(try await visitor.keys.all(of: visitor.person.id).count == 1)
        let (_, other) = try await visitor.make()
        #expect(other != secrets[0])
    }

    @Test func aPageThatIsReloadedLaterShowsNothingAnyMore() async throws {
        let visitor = try await KeyVisitor()
        let form = try await visitor.form()
        _ = try await visitor.post(form)
        visitor.site.clock.advance(seconds: 60)
        let late = try await visitor.post(form)
        #expect(late.status == .seeOther && late.location == "/account/keys")
        #expect(try await visitor.browser.get("/account/keys").text.contains("This form was sent before"))
        #expect(try await visitor.keys.all(of: visitor.person.id).count == 1)
    }

    @Test func aKeyInUseOrRevokedIsNotShownAgain() async throws {
        let visitor = try await KeyVisitor()
        let (used, revoked) = (try await visitor.form(), try await visitor.form(["name": "gone"]))
        let secret = try #require(KeyVisitor.secret(in: try await visitor.post(used).text))
        _ = try await visitor.keys.holder(of: secret)
        #expect(try await visitor.post(used).status == .seeOther)
        _ = try await visitor.post(revoked)
        let key = try #require(try await visitor.keys.all(of: visitor.person.id).first { $0.name == "gone" })
        try await visitor.keys.revoke(key.id, of: visitor.person.id, by: .shell)
        #expect(try await visitor.post(revoked).status == .seeOther)
    }

    @Test func theSecretIsOfTheFormAndTheSession() {
        let (form, session) = (SecretToken.random(), SecretToken.random())
        let secret = KeySubmission.secret(of: form, in: session)
        #expect(secret == KeySubmission.secret(of: form, in: session))
        #expect(secret != KeySubmission.secret(of: .random(), in: session))
        #expect(secret != KeySubmission.secret(of: form, in: .random()))
    }

    @Test func everythingThatIsChosenIsKeptAndListed() async throws {
        let visitor = try await KeyVisitor()
        let project = try await visitor.site.store.projects.create(.init(name: "Thesis"), by: .shell)
        let (key, _) = try await visitor.make([
            "project": project.id.rawValue, "expiresAt": "2026-01-08", "tokensPerHour": "1", "tokensPerDay": "20,000",
            "tokensPerMonth": "3", "requestsPerMinute": "4", "concurrentRequests": "5",
        ])
        let allowance = Tier.Allowance(
            tokensPerHour: 1, tokensPerDay: 20_000, tokensPerMonth: 3, requestsPerMinute: 4, concurrentRequests: 5)
        #expect(key.settings.allowance == allowance && key.settings.project == project.id)
        #expect(key.settings.expiresAt == Timestamp(milliseconds: 1_767_916_800_000))
        let list = try await visitor.browser.get("/account/keys").text
        let limits = [
            "1 token per hour", "20,000 tokens per day", "3 tokens per month", "4 requests per minute",
            "5 requests at once",
        ]
        for text in ["Thesis", limits.joined(separator: "; "), "9 Jan 2026, 00:00", "never"] {
            #expect(list.contains(text), "\(text)")
        }
    }

    @Test(arguments: [
        (["name": " "], "This is needed."), (["name": "a\nb"], "not written as it should be"),
        (["expiresAt": "2026-02-30"], "A day such as"), (["expiresAt": "2026-01-06"], "already over"),
        (["tokensPerDay": "-5"], "not written as it should be"), (["requestsPerMinute": "2.5"], "not written"),
        (["tokensPerMonth": "9000000000000000000"], "A whole number from 0"),
        (["project": String(repeating: "a", count: 32)], "There is no such thing"),
    ])
    func anImpossibleKeyIsRefusedAndComesBackAsItWasTyped(_ changes: [String: String], _ words: String) async throws {
        let visitor = try await KeyVisitor()
        _ = try await visitor.site.store.projects.create(.init(name: "Thesis"), by: .shell)
        let answer = try await visitor.post(visitor.form(changes))
        #expect(answer.status == .unprocessableContent && answer.text.contains(words))
        #expect(KeyVisitor.secret(in: answer.text) == nil && answer.text.contains("aria-invalid"))
        #expect(try await visitor.keys.all(of: visitor.person.id).isEmpty)
    }

    @Test func aRetiredProjectIsNoChoice() async throws {
        let visitor = try await KeyVisitor()
        let project = try await visitor.site.store.projects.create(.init(name: "Thesis"), by: .shell)
        #expect(try await visitor.browser.get("/account/keys?edit=new").text.contains("Thesis"))
        try await visitor.site.store.projects.setRetired(true, project.id, by: .shell)
        #expect(try await !visitor.browser.get("/account/keys?edit=new").text.contains("Thesis"))
    }

    @Test(arguments: ["", "0", "5f", String(repeating: "G", count: 64)])
    func aFormThatIsNotOneOfItsKindMakesNothing(_ submission: String) async throws {
        let visitor = try await KeyVisitor()
        #expect(try await visitor.post(visitor.form(["submission": submission])).status == .badRequest)
        #expect(try await visitor.keys.all(of: visitor.person.id).isEmpty)
    }

    @Test func aFormWithoutItsTokenOrFromElsewhereChangesNothing() async throws {
        let visitor = try await KeyVisitor()
        let (key, secret) = try await visitor.make()
        let other = try await visitor.site.browser(of: visitor.site.person("other@example.org"))
        for path in ["", "/\(key.id)", "/\(key.id)/revoke"] {
            var form = try await visitor.form(["name": "stolen", "token": other.formToken])
            #expect(try await visitor.post(form, to: "/account/keys" + path).status == .forbidden)
            form["token"] = nil
            #expect(try await visitor.post(form, to: "/account/keys" + path).status == .badRequest)
            let foreign = try await visitor.browser.send(
                .post, "/account/keys" + path, [.origin: "https://evil.example"],
                body: "token=" + visitor.browser.formToken)
            #expect(foreign.status == .forbidden)
        }
        #expect(try await visitor.keys.all(of: visitor.person.id) == [key])
        #expect(try await visitor.keys.holder(of: secret) != nil)
    }

    @Test func aKeyIsChangedAndItsExpiryStaysUntouchedWithItsDay() async throws {
        let visitor = try await KeyVisitor()
        let exact = visitor.site.clock.now().advanced(bySeconds: 86_400 + 1_234)
        let key = try await visitor.keys.create(
            .init(name: "laptop", expiresAt: exact), secret: .random(), for: visitor.person.id, by: .shell)
        let page = try await visitor.browser.get("/account/keys?edit=\(key.id)").text
        #expect(page.contains("value=\"2026-01-08\"") && !page.contains("name=\"submission\""))
        var form = try await visitor.form(["name": "desk", "expiresAt": "2026-01-08", "tokensPerDay": "50"])
        form["submission"] = nil
        #expect(try await visitor.post(form, to: "/account/keys/\(key.id)").location == "/account/keys")
        let settings = APIKey.Settings(name: "desk", expiresAt: exact, allowance: .init(tokensPerDay: 50))
        #expect(try await visitor.keys.key(key.id)?.settings == settings)
        form["expiresAt"] = ""
        _ = try await visitor.post(form, to: "/account/keys/\(key.id)")
        #expect(try await visitor.keys.key(key.id)?.settings.expiresAt == nil)
        form["name"] = ""
        let refused = try await visitor.post(form, to: "/account/keys/\(key.id)")
        #expect(refused.status == .unprocessableContent && refused.text.contains("Change desk"))
    }

    @Test func aKeyIsRevokedAfterAQuestionAndForGood() async throws {
        let visitor = try await KeyVisitor()
        let (key, secret) = try await visitor.make()
        let question = try await visitor.browser.get("/account/keys?revoke=\(key.id)").text
        #expect(question.contains("Revoke laptop (\(key.beginning))?"))
        let form = ["token": visitor.browser.formToken]
        let answer = try await visitor.post(form, to: "/account/keys/\(key.id)/revoke")
        #expect(answer.location == "/account/keys")
        #expect(try await visitor.keys.holder(of: secret) == nil)
        let list = try await visitor.browser.get("/account/keys").text
        #expect(list.contains("revoked") && !list.contains("?edit=\(key.id)") && !list.contains("?revoke=\(key.id)"))
        #expect(try await visitor.post(form, to: "/account/keys/\(key.id)/revoke").status == .notFound)
        for query in ["edit", "revoke"] {
            #expect(try await visitor.browser.get("/account/keys?\(query)=\(key.id)").status == .notFound)
        }
    }

    @Test func anothersKeyIsNotThere() async throws {
        let visitor = try await KeyVisitor()
        let (key, secret) = try await visitor.make(["name": "mine alone"])
        let other = try await visitor.site.browser(of: visitor.site.person("other@example.org"))
        let form = KeyVisitor.fields.merging(["token": other.formToken]) { $1 }
        for path in ["/\(key.id)", "/\(key.id)/revoke"] {
            #expect(try await visitor.post(form, to: "/account/keys" + path, in: other).status == .notFound)
        }
        for query in ["", "?edit=\(key.id)", "?revoke=\(key.id)"] {
            let answer = try await other.get("/account/keys" + query)
            #expect(answer.status == (query.isEmpty ? .ok : .notFound) && !answer.text.contains("mine alone"))
        }
        #expect(try await visitor.keys.key(key.id) == key)
        #expect(try await visitor.keys.holder(of: secret) != nil)
    }

    @Test func whoIsNotSignedInIsLedToTheSignIn() async throws {
        let answer = try await TestSite().browser().get("/account/keys")
        #expect(answer.location?.hasPrefix("/sign-in?next=/account/keys") == true)
    }

    @Test func hostileNamesAreText() async throws {
        let visitor = try await KeyVisitor()
        let name = AdminDesk.hostile
        let answer = try await visitor.post(visitor.form(["name": name]))
        let list = try await visitor.browser.get("/account/keys").text
        for page in [answer.text, list] {
            #expect(page.contains(name.htmlEscaped) && !page.contains("<script>alert"))
        }
    }

    @Test func theExampleNamesOnlyAModelThatAShellLeavesAlone() async throws {
        let visitor = try await KeyVisitor()
        var settings = try await visitor.site.model().settings
        settings.name = "a'; rm -rf ~ #"
        _ = try await visitor.site.store.models.change(visitor.site.model().id, to: settings, by: .shell)
        let page = try await visitor.post(visitor.form()).text
        #expect(page.contains("&quot;MODEL&quot;") && !page.contains("rm -rf"))
    }
}
