import Foundation
import Testing

@testable import Web

/// Every page against its template: a wrong name prints nothing, so only a test can see it.
@Suite struct PageTests {
    private let templates: Templates
    private let sources: [String: TemplateSource]

    init() throws {
        templates = try Repository.templates()
        let files = try StaticFiles(directory: Repository.root + "/public")
        let list = try Templates.sources(in: Repository.root + "/templates").map { try $0.resolved(.english, files) }
        sources = Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    }

    @Test func noTemplateAsksForANameThatItsPageDoesNotHave() {
        for (name, page) in Samples.all {
            let record = probe(page)
            #expect(record.missing.isEmpty, "\(name) asks in vain for \(record.missing.sorted())")
        }
    }

    @Test func theSamplesVisitEveryNameOfEveryTemplate() {
        var found: [String: Set<String>] = [:]
        for (_, page) in Samples.all {
            let names = probe(page).found
            for template in closure(of: type(of: page).template) { found[template, default: []].formUnion(names) }
        }
        for (name, source) in sources {
            let used = Set(source.names.flatMap { $0.split(separator: ".").map(String.init) })
            let unseen = used.subtracting(found[name] ?? [])
            #expect(unseen.isEmpty, "\(name) uses \(unseen.sorted())")
        }
    }

    @Test func everyTemplateBelongsToAPage() {
        let pages = Set(Samples.all.map { type(of: $0.page).template })
        let reached = pages.reduce(into: Set<String>()) { $0.formUnion(closure(of: $1)) }
        #expect(Set(sources.keys).subtracting(reached).isEmpty)
    }

    @Test func everyPageHasOneHeadlineAndALanguage() {
        for (name, page) in Samples.all {
            let html = templates.render(page)
            #expect(html.split(separator: "<h1").count == 2, "\(name)")
            #expect(html.contains("<html lang=\"en\""), "\(name)")
        }
    }

    @Test func noPageHasScriptOrStyleOrHandlersInIt() {
        for (name, page) in Samples.all {
            let html = templates.render(page)
            #expect(!html.contains("<style") && !html.contains(" style=") && !html.contains("javascript:"), "\(name)")
            #expect(html.firstMatch(of: /<script(?! type="module" src="\/static\/)/) == nil, "\(name)")
            #expect(html.firstMatch(of: /<[^>]* on[a-z]+="/) == nil, "\(name)")
        }
    }

    @Test func textOfPeopleIsEscaped() throws {
        let html = try page("chat")
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(html.contains("A very long title that does not fit into the list &lt;b&gt;"))
    }

    @Test func zeroIsShownAsZero() throws {
        #expect(try page("account-usage").contains("<td class=\"right\">0</td>"))
    }

    /// `PAGES_DIRECTORY=/tmp/pages swift test --filter PageTests` leaves every sample there, to be looked at in a browser.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PAGES_DIRECTORY"] != nil))
    func samplesAreWrittenWhereTheyWereAskedFor() throws {
        let directory = try #require(ProcessInfo.processInfo.environment["PAGES_DIRECTORY"])
        for (name, page) in Samples.all {
            try templates.render(page).write(toFile: "\(directory)/\(name).html", atomically: true, encoding: .utf8)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count >= Samples.all.count)
    }

    private func page(_ name: String) throws -> String {
        let sample = try #require(Samples.all.first { $0.name == name })
        return templates.render(sample.page)
    }

    private func probe(_ page: any Page) -> Probe.Record {
        let record = Probe.Record()
        _ = templates.render(Probe(Fields(page), record: record), template: type(of: page).template)
        return record
    }

    /// The template with everything that it pulls in.
    private func closure(of template: String) -> Set<String> {
        var seen: Set<String> = []
        var open = [template]
        while let next = open.popLast() {
            if seen.insert(next).inserted { open += sources[next]?.references ?? [] }
        }
        return seen
    }
}
