import Foundation
import Mustache

/// Every template of one language, ready to print.
struct Templates: Sendable {
    let words: Words
    private let library: MustacheLibrary

    /// Reads everything under `directory` and refuses what Mustache would print as nothing.
    ///
    /// - Throws: `TemplateError`, the first in the order of the names; an error of the file system.
    init(directory: String, words: Words, files: StaticFiles) throws {
        let sources = try Self.sources(in: directory).map { try $0.resolved(words, files) }
        try Self.check(sources)
        var library = MustacheLibrary()
        for source in sources {
            do {
                try library.register(source.text, named: source.name)
            } catch {
                throw TemplateError(template: source.name, message: "\(error)")
            }
        }
        self.words = words
        self.library = library
    }

    /// The page as HTML.
    func render(_ page: some Page) -> String {
        render(Fields(page), template: type(of: page).template)
    }

    /// One part of a page, for a browser that replaces only that.
    func render(part template: String, _ value: some Sendable) -> String {
        render(Fields(value), template: template)
    }

    func render(_ fields: some MustacheParent, template: String) -> String {
        guard let html = library.render(fields, withTemplate: template) else {
            preconditionFailure("There is no template called \(template).")
        }
        return html
    }

    static func sources(in directory: String) throws -> [TemplateSource] {
        try FileManager.default.subpathsOfDirectory(atPath: directory).sorted()
            .filter { $0.hasSuffix(".mustache") }
            .map { path in
                let text = try String(contentsOfFile: directory + "/" + path, encoding: .utf8)
                return TemplateSource(name: String(path.dropLast(".mustache".count)), text: text)
            }
    }

    private static func check(_ sources: [TemplateSource]) throws {
        let known = Set(sources.map(\.name))
        for source in sources {
            if let missing = source.references.first(where: { !known.contains($0) }) {
                throw TemplateError(template: source.name, message: "there is no template called \(missing)")
            }
            if let name = source.unescapedNames.first(where: { !$0.hasSuffix("HTML") }) {
                throw TemplateError(
                    template: source.name, message: "\(name) is printed unescaped but is not called …HTML")
            }
        }
    }
}
