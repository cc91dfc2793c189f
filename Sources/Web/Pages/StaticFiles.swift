import Crypto
import Foundation

/// The files under `public/`, which nginx serves: their addresses change whenever one of them does, so that browsers
/// may keep them for ever.
///
/// One hash stands for the whole folder and is a folder of the address (`/static/1f…/app.js`): what a module or a style
/// sheet names relative to itself is thereby of the same edition.
struct StaticFiles: Sendable {
    /// Sixteen hexadecimal digits.
    let edition: String
    private let names: Set<String>

    /// - Throws: when the folder cannot be read.
    init(directory: String) throws {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory).sorted()
        var hash = SHA256()
        var files: Set<String> = []
        for name in names {
            guard let content = FileManager.default.contents(atPath: directory + "/" + name) else { continue }
            hash.update(data: Data("\(name)\u{0}\(content.count)\u{0}".utf8))
            hash.update(data: content)
            files.insert(name)
        }
        self.names = files
        edition = hash.finalize().prefix(8).hexadecimal
    }

    /// - Returns: nil where there is no such file.
    func address(of name: String) -> String? {
        names.contains(name) ? "/static/\(edition)/\(name)" : nil
    }
}
