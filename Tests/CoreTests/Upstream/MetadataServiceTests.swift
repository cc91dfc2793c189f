import Testing

@testable import Core

/// What server-side request forgery is after: no admin can send Sluice there.
struct MetadataServiceTests {
    @Test(arguments: [
        "http://169.254.169.254/v1", "http://169.254.169.254:80/v1", "http://169.254.0.1/v1", "http://2852039166/v1",
        "http://0xA9FEA9FE/v1", "http://0251.0376.0251.0376/v1", "http://169.254.43518/v1", "http://100.100.100.200/v1",
        "http://[fe80::1]/v1", "http://[fd00:ec2::254]/v1", "http://[::ffff:169.254.169.254]/v1",
        "http://[64:ff9b::a9fe:a9fe]/v1", "http://metadata.google.internal/v1", "http://METADATA.google.internal./v1",
        "http://169.254.169.254./v1",
    ])
    func nothingIsSentThere(address: String) {
        let draft = UpstreamRecord.Draft(name: "Own", baseURL: address)
        #expect(draft.flaws.all == [Flaw("baseURL", .forbidden)])
        #expect(AlertTargets(webhookURL: address).target(of: .webhook) == nil)
        #expect(AlertTargets(slackURL: address).target(of: .slack) == nil)
    }

    @Test(arguments: [
        "https://api.openai.com/v1", "http://127.0.0.1:8089/v1", "http://localhost:11434/v1", "http://10.0.0.7/v1",
        "http://192.168.1.2:8000/v1", "http://[::1]:8000/v1", "http://[fd12::1]/v1", "http://169.example.org/v1",
        "http://metadata.example.org/v1", "http://1.69.254.169/v1",
    ])
    func othersMayBeUpstreams(address: String) {
        #expect(UpstreamRecord.Draft(name: "Own", baseURL: address).flaws.all == [])
        #expect(AlertTargets(webhookURL: address).target(of: .webhook) != nil)
    }
}
