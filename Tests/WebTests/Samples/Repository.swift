import Foundation

@testable import Web

/// The folders of this repository, as the tests find them.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    static func templates(_ words: Words = .english) throws -> Templates {
        try Templates(
            directory: root + "/templates", words: words, files: StaticFiles(directory: root + "/public"))
    }
}
