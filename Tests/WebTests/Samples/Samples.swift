import Core
import Foundation

@testable import Web

/// Pages as they are on an ordinary day, and with what is rare: together they visit every name of every template.
enum Samples {
    static let words = Words.english
    static let now = Timestamp(milliseconds: 1_795_240_800_000)
    static let zone = TimeZone(identifier: "Europe/Berlin")!

    /// By the name of the file that they are written to.
    static var all: [(name: String, page: any Page)] {
        signIn + chat + account + keys + admin
    }

    static func moment(hours: Int64) -> Moment {
        Moment(now.advanced(bySeconds: hours * 3600), zone: zone)
    }

    static func frame(_ title: String, _ change: (inout Frame) -> Void = { _ in }) -> Frame {
        var frame = Frame(title: title)
        frame.viewer = Frame.Viewer(
            name: "Maren Voss", isAdmin: true, today: "Today: 18,204 tokens", formToken: "0f3c")
        change(&frame)
        return frame
    }

    static var limits: [LimitRow] {
        [
            LimitRow(
                name: "Your tokens this hour", used: "3,120", held: "4,608", left: "12,272", amount: "20,000",
                resets: moment(hours: 1), isBinding: false),
            LimitRow(
                name: "Your tokens today", used: "18,204", held: "4,608", left: "2,188", amount: "25,000",
                resets: moment(hours: 17), isBinding: true,
                raised: "raised from 20,000 while there is room"),
            LimitRow(
                name: "Requests at once", used: "0", held: "1", left: "2", amount: "3", resets: nil, isBinding: false),
        ]
    }

    private static var signIn: [(name: String, page: any Page)] {
        let notice = { (frame: inout Frame) in
            frame.viewer = nil
            frame.isInsecure = true
        }
        return [
            (
                "sign-in",
                SignInPage(frame: Frame(title: "Sign in"), draft: SignInDraft(), error: nil, words: words)
            ),
            (
                "sign-in-refused",
                SignInPage(
                    frame: frame("Sign in", notice),
                    draft: SignInDraft(
                        email: "maren@example.org",
                        question: KeptDraft(text: "How?", model: "small", instructions: "Be brief.", isEdit: true)),
                    error: "The address or the password is wrong.", words: words)
            ),
            ("first-admin", FirstAdminPage(frame: Frame(title: "First start"), link: "abc", words: words)),
            (
                "first-admin-refused",
                FirstAdminPage(
                    frame: Frame(title: "First start"), link: "abc",
                    draft: .init(name: "Maren", email: "maren", errors: ["email": "This is no e-mail address."]),
                    error: "Nothing was saved yet.", words: words)
            ),
            (
                "invitation",
                InvitationPage(
                    frame: Frame(title: "Choose a password"), link: "abc", email: "maren@example.org",
                    error: "At least 8 characters.", words: words)
            ),
            ("error", ErrorPage(.notFound, requestID: "8f14e45fceea167a5a36dedd4bea2543", words: words)),
        ]
    }
}
