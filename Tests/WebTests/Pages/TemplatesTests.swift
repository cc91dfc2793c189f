import Foundation
import Testing

@testable import Web

/// What would print nothing must stop the start.
@Suite struct TemplatesTests {
    private struct Greeting: Page {
        static let template = "greeting"
        let frame = Frame(title: "Hello")
        let name: String?
        let rows: [Row]
    }

    private struct Row: Sendable {
        let name: String?
    }

    @Test(arguments: [
        ("{{>missing}}", "there is no template called missing"),
        ("{{<missing}}{{/missing}}", "there is no template called missing"),
        ("{{{name}}}", "name is printed unescaped but is not called …HTML"),
        ("{{&name}}", "name is printed unescaped but is not called …HTML"),
        ("{{static \"gone.css\"}}", "no static file is called gone.css"),
    ])
    func aTemplateThatWouldPrintNothingIsRefused(_ text: String, _ message: String) throws {
        #expect(throws: TemplateError(template: "greeting", message: message)) { try templates(text) }
    }

    @Test(arguments: ["{{#open}}", "{{#a}}{{/b}}", "{{name"])
    func aTemplateThatIsNotWellFormedIsRefused(_ text: String) throws {
        #expect(throws: TemplateError.self) { try templates(text) }
    }

    @Test func anAbsentValueDoesNotFallThroughToAnOuterOne() throws {
        let html = try templates("{{#rows}}[{{name}}]{{^name}}none{{/name}}{{/rows}}")
            .render(Greeting(name: "outer", rows: [Row(name: nil), Row(name: "inner")]))
        #expect(html == "[]none[inner]")
    }

    @Test func textIsEscaped() throws {
        let html = try templates("<p title=\"{{name}}\">").render(Greeting(name: "\"><script>'&", rows: []))
        #expect(html == "<p title=\"&quot;&gt;&lt;script&gt;&#39;&amp;\">")
    }

    @Test func addressesOfStaticFilesChangeWithAnyOfThem() throws {
        let directory = try temporaryDirectory()
        try write("a", to: directory + "/a.css")
        let before = try StaticFiles(directory: directory)
        try write("b", to: directory + "/b.js")
        let after = try StaticFiles(directory: directory)
        #expect(before.address(of: "a.css") != after.address(of: "a.css"))
        #expect(after.address(of: "a.css") == "/static/\(after.edition)/a.css")
        #expect(after.address(of: "../secret") == nil)
    }

    private func templates(_ text: String) throws -> Templates {
        let directory = try temporaryDirectory()
        try write(text, to: directory + "/greeting.mustache")
        return try Templates(
            directory: directory, words: .english, files: StaticFiles(directory: Repository.root + "/public"))
    }

    private func temporaryDirectory() throws -> String {
        let directory = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return directory
    }

    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
