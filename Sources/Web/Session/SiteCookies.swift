import Foundation
import Hummingbird

/// Everything that we ask a browser to remember.
struct SiteCookies: Sendable {
    let session: SessionCookie
    private let address: PublicAddress

    init(address: PublicAddress) {
        self.address = address
        session = SessionCookie(address: address)
    }

    // MARK: The theme

    func theme(in request: Request) -> Theme {
        request.cookie(themeName).flatMap(Theme.init) ?? .automatic
    }

    func theme(_ theme: Theme) -> Cookie { cookie(themeName, theme.rawValue, maxAgeSeconds: 365 * 86_400) }

    // MARK: The notice

    /// The sentence that the page before left for this one.
    func notice(in request: Request) -> String? {
        request.cookie(noticeName)?.removingPercentEncoding.map { String($0.prefix(300)) }
    }

    func notice(_ sentence: String) -> Cookie {
        let value = sentence.addingPercentEncoding(withAllowedCharacters: .alphanumerics.asciiOnly) ?? ""
        return cookie(noticeName, value, maxAgeSeconds: 60)
    }

    var noticeCleared: Cookie { cookie(noticeName, "", maxAgeSeconds: 0) }

    private var themeName: String { address.isSecure ? "__Host-theme" : "theme" }
    private var noticeName: String { address.isSecure ? "__Host-notice" : "notice" }

    private func cookie(_ name: String, _ value: String, maxAgeSeconds: Int) -> Cookie {
        Cookie(
            name: name, value: value, maxAge: maxAgeSeconds, path: "/", secure: address.isSecure, httpOnly: true,
            sameSite: .lax)
    }
}

extension CharacterSet {
    fileprivate var asciiOnly: CharacterSet { intersection(CharacterSet(charactersIn: "\u{21}"..."\u{7e}")) }
}
