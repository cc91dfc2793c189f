import Core
import Foundation
import Testing

@testable import Relay

/// A program that takes mail, as a script that a test writes.
private final class MailProgram: Sendable {
    let folder = NSTemporaryDirectory() + "/sluice-mail-" + UUID().uuidString
    var path: String { folder + "/sendmail" }

    init(_ script: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "#!/bin/sh\ncd '\(folder)'\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func file(_ name: String) throws -> String { try String(contentsOfFile: folder + "/" + name, encoding: .utf8) }
}

@Suite(.timeLimit(.minutes(5)))
struct MailTests {
    private let recipients = ["ada@example.org", "bob@example.org"].map { EmailAddress(rawValue: $0)! }

    @Test func theMailProgramGetsAWholeMessage() async throws {
        let program = try MailProgram("cat > message; echo \"$@\" > arguments; env > environment")
        setenv("SLUICE_TEST_SECRET", "key", 1)
        try await withChannels(sendmail: program.path) { try await $0.send(.example(), to: .email(recipients)) }
        #expect(try program.file("arguments") == "-t -i\n")
        #expect(try !program.file("environment").contains("SLUICE_TEST_SECRET"))
        #expect(
            try program.file("message") == """
                From: sluice@chat.example.org
                To: ada@example.org,
                 bob@example.org
                Subject: Ada (ada@example.org) is at 85 % of the limit on tokens per day
                Date: Sat, 21 Nov 2026 12:05:06 +0000
                Message-ID: <alert-7.1795262706789@chat.example.org>
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                Ada (ada@example.org) is at 85 % of the limit on tokens per day: 859 of 1,0=
                00 used.
                Nothing is refused yet.
                It counts anew from 22 Nov 2026, 00:00 (Europe/Berlin).

                Acme: https://chat.example.org/admin/alerts

                """)
    }

    @Test func aNameAddsNoHeader() async throws {
        let program = try MailProgram("cat > message")
        let notice = AlertNotice.example(holder: "Eve\r\nBcc: all@example.org\r\n\r\nBuy\u{2028}this")
        try await withChannels(sendmail: program.path) { try await $0.send(notice, to: .email(recipients)) }
        let parts = try program.file("message").components(separatedBy: "\n\n")
        let names = parts[0].split(separator: "\n").filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding",
            ])
        #expect(!parts[0].contains("Bcc") && !parts[0].contains("\r"))
    }

    @Test(arguments: [
        ("exit 75", "the mail program ended with status 75"), ("kill -9 $$", "the mail program ended with status -1"),
        ("exec sleep 60", "the mail program did not end in time"),
    ])
    func aMailProgramThatFailsIsAFailure(_ script: String, _ reason: String) async throws {
        let program = try MailProgram(script)
        await #expect(throws: AlertFailure(reason)) {
            try await withChannels(
                sendmail: program.path, timeout: .milliseconds(script.hasPrefix("exec") ? 300 : 20_000)
            ) {
                try await $0.send(.example(), to: .email(recipients))
            }
        }
    }

    @Test func aMessageThatNobodyReadsStopsNobody() async throws {
        let program = try MailProgram("exit 0")
        let crowd = (0..<5_000).map { EmailAddress(rawValue: "person\($0)@example.org")! }
        await #expect(throws: AlertFailure("the message is longer than a pipe takes")) {
            try await withChannels(sendmail: program.path) { try await $0.send(.example(), to: .email(crowd)) }
        }
    }

    @Test func withoutAMailProgramItIsSaidSo() async throws {
        await #expect(throws: AlertFailure("there is no mail program at /nonexistent/sendmail")) {
            try await withChannels { try await $0.send(.example(), to: .email(recipients)) }
        }
    }

    // MARK: What a header and a body may hold

    @Test(arguments: ["", "plain", "two words", "a = b? yes"])
    func plainWordsStayPlain(_ text: String) {
        #expect(HeaderText.encoded(text) == text)
    }

    @Test(arguments: [
        "Grüße", "漢字" + String(repeating: "字", count: 80), "👩‍🚀 flies", "=?UTF-8?B?aGk=?=",
        String(repeating: "long ", count: 30),
    ])
    func everythingElseIsEncodedInLinesThatAreShortEnough(_ text: String) throws {
        let lines = HeaderText.encoded(text).split(separator: "\n ")
        var decoded = ""
        for line in lines {
            #expect(line.utf8.count <= 75)
            let word = try #require(line.wholeMatch(of: /=\?UTF-8\?B\?([A-Za-z0-9+\/=]+)\?=/))
            decoded += try #require(String(data: Data(base64Encoded: String(word.1))!, encoding: .utf8))
        }
        #expect(decoded == text)
    }

    @Test(arguments: [
        "plain", "a=b", "Grüße", ".", "..\n.", "blank at the end ", "one\r\ntwo\rthree", "\u{0}\t",
        String(repeating: "é", count: 100), String(repeating: "x", count: 76), String(repeating: "y", count: 1_000), "",
    ])
    func bodiesComeBackAsTheyWere(_ text: String) {
        let encoded = QuotedPrintable.encoded(text)
        for line in encoded.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.utf8.count <= 76 && !line.hasSuffix(" ") && !line.hasPrefix("."))
        }
        #expect(encoded.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
        #expect(Self.decoded(encoded) == text.replacing("\r\n", with: "\n").replacing("\r", with: "\n"))
    }

    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.replacing("=\n", with: "").utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                bytes.append(byte)
                continue
            }
            bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)!)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
