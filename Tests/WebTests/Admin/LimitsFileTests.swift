import Core
import Foundation
import HTTPTypes
import Store
import Testing

@testable import Web

/// `/admin/limits/file`
@Suite struct LimitsFilePageTests {
    private static let file = """
        organization:
          daily_cap: 900000
        projects:
          thesis:
            daily_limit: 5000
            priority: low
        """
    private static let path = "/admin/limits/file"

    private func take(_ desk: AdminDesk, _ text: String, _ intent: String) async throws -> Answer {
        try await desk.post(Self.path, [("text", text), ("intent", intent)])
    }

    @Test func whatWouldChangeIsShownBeforeItIsApplied() async throws {
        let desk = try await AdminDesk()
        let preview = try await take(desk, Self.file.replacing("\n", with: "\r\n"), "preview")
        #expect(preview.status == .ok && preview.text.contains("would change."))
        #expect(preview.text.contains("thesis") && preview.text.contains("value=\"apply\""))
        #expect(try await desk.site.store.projects.all().isEmpty, "a preview changes nothing")
        let applied = try await take(desk, Self.file, "apply")
        #expect(applied.location == "/admin/limits")
        let project = try #require(try await desk.site.store.projects.all().first)
        #expect(project.priority == .low && project.allowance.tokensPerDay == 5000)
        #expect(try await desk.latest().action == .limitsImported)
        #expect(try await desk.latest().actor == .person(desk.site.admin().id))
        let again = try await take(desk, Self.file, "preview").text
        #expect(again.contains("All limits are so already.") && !again.contains("value=\"apply\""))
    }

    @Test func whatIsDownloadedChangesNothingWhenItIsBroughtBack() async throws {
        let desk = try await AdminDesk()
        _ = try await take(desk, Self.file, "apply")
        let file = try await desk.browser.get(Self.path + ".yaml")
        #expect(file.headers[.contentDisposition] == "attachment; filename=\"sluice-limits.yaml\"")
        #expect(file.text.contains("daily_limit: 5000"))
        #expect(try await take(desk, file.text, "preview").text.contains("All limits are so already."))
        #expect(try await desk.browser.get(Self.path).text.contains("daily_limit: 5000"))
    }

    @Test func everyMistakeIsToldWithItsLineAndTheTextStays() async throws {
        let desk = try await AdminDesk()
        let before = try await desk.latest()
        let bad = "organization:\n  daily_cup: 5\n  monthly_budget: -1\n# <b>"
        for intent in ["preview", "apply"] {
            let answer = try await take(desk, bad, intent)
            #expect(answer.status == .unprocessableContent)
            #expect(answer.text.contains("2 things are wrong with it."))
            #expect(answer.text.contains("<strong>Line 2:</strong>"))
            #expect(answer.text.contains("<code>  daily_cup: 5</code>"))
            #expect(answer.text.contains("<strong>Line 3:</strong>") && answer.text.contains("# &lt;b&gt;</textarea>"))
        }
        #expect(try await desk.latest() == before)
    }

    private func upload(_ desk: AdminDesk, _ bytes: [UInt8], token: String? = nil) async throws -> Answer {
        let parts = [("token", token ?? desk.browser.formToken), ("text", "nonsense: 1"), ("intent", "apply")].map {
            "--xyz\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n"
        }
        let head =
            "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"limits.yaml\"\r\n"
            + "Content-Type: text/yaml\r\n\r\n"
        let body = Array((parts.joined() + head).utf8) + bytes + Array("\r\n--xyz--\r\n".utf8)
        return try await desk.browser.open(
            .post, Self.path, [.contentType: "multipart/form-data; boundary=xyz"], bytes: body
        ).whole()
    }

    @Test func anUploadedFileCountsInsteadOfTheText() async throws {
        let desk = try await AdminDesk()
        #expect(try await upload(desk, Array(Self.file.utf8)).location == "/admin/limits")
        #expect(try await desk.site.store.projects.all().map(\.name) == ["thesis"])
        let noText = try await upload(desk, [0x61, 0xFF, 0x00, 0x62])
        #expect(noText.status == .unprocessableContent && noText.text.contains("is no text in UTF-8"))
        #expect(try await upload(desk, Array(Self.file.utf8), token: "0").status == .forbidden)
        let large = try await upload(desk, Array(repeating: 0x23, count: 300 * 1024))
        #expect(large.status == .unprocessableContent && large.text.contains("is larger than 256 KiB"))
    }
}

@Suite struct MultipartFormTests {
    private func read(_ text: String, boundary: String = "b") -> [String]? {
        MultipartForm(Data(text.utf8), boundary: boundary)?.fields.map { "\($0.name)=\($0.value)" }
    }

    private static let part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\r\n2\r\n"

    @Test func fieldsAreReadWithWhateverStandsInThem() {
        #expect(read(Self.part + "--b--") == ["a=1\r\n\r\n2"])
        #expect(read("--b\r\ncontent-disposition: form-data; name=\"x&y\"\r\n\r\n\r\n--b--\r\n") == ["x&y="])
        let form = MultipartForm(Data((Self.part + "--b--").utf8), boundary: "b")
        #expect(form?.encoded == "a=1%0D%0A%0D%0A2")
    }

    @Test(arguments: [
        "", "--b", "--b--x", "--c--", "x--b--", part, part + "--b", "--b\r\n\r\n1\r\n--b--", "--b\r\n--b--",
        "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",
        "--b\nContent-Disposition: form-data; name=\"a\"\n\n1\n--b--",
    ])
    func whatIsNotWellFormedIsNoForm(_ text: String) {
        #expect(read(text)?.isEmpty ?? true)
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"), ("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"", "a b"),
        ("multipart/form-data", nil), ("multipart/form-data; boundary=", nil), ("text/plain; boundary=a", nil),
    ])
    func theBoundaryIsTheOneOfTheHeader(_ header: String, _ boundary: String?) {
        #expect(MultipartForm.boundary(of: header) == boundary)
    }
}
