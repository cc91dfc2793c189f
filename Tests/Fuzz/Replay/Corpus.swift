import Foundation

/// What the fuzzer kept of one property: an input for each path through the code that it found, and every counterexample
/// there ever was, under a name that says what it did.
struct Corpus {
    let files: [(name: String, bytes: [UInt8])]

    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Corpora").standardized

    init(of property: Property) throws {
        let directory = Self.directory.appending(path: property.name)
        files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
    }
}
