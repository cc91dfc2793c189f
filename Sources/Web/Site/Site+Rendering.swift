import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Where in the house a page is.
enum Place: Sendable {
    case chat, usage, help, admin, account
}

extension Site {
    /// What stands around a page for whoever is asking.
    func frame(_ title: String, _ place: Place? = nil, for context: SiteContext) async throws -> Frame {
        var frame = Frame(title: title, language: words.language)
        frame.theme = context.visit.theme.rawValue
        frame.isChat = place == .chat
        frame.isUsage = place == .usage
        frame.isHelp = place == .help
        frame.isAdmin = place == .admin
        frame.isAccount = place == .account
        frame.notice = context.visit.notice
        frame.isInsecure = !settings.address.isSecure && !settings.address.isLoopback
        frame.isStandIn = settings.isStandIn
        frame.zone = context.signedIn?.person.timeZone
        frame.viewer = try await viewer(context)
        return frame
    }

    private func viewer(_ context: SiteContext) async throws -> Frame.Viewer? {
        guard let person = context.signedIn?.person, let token = context.visit.sessionToken else { return nil }
        return Frame.Viewer(
            name: person.displayName, isAdmin: person.isAdmin,
            today: try await today(of: person),
            formToken: FormToken.make(session: token))
    }

    /// What the person took today, worded.
    func today(of person: Person) async throws -> String {
        words("Today: {tokens}", ["tokens": words.tokens(try await usedToday(by: person).totalTokens)])
    }

    /// Since midnight where the person is: the header's number, and the usage page's.
    func usedToday(by person: Person) async throws -> UsageTotals {
        let now = ports.time.now()
        guard let today = try await calendar(of: person).interval(of: .day, containing: now), let end = today.end else {
            return UsageTotals()
        }
        return try await ports.usage.total(of: person.id, from: today.start, to: end)
    }

    /// The days of a person: in their own zone, or in the organization's when they chose none.
    func calendar(of person: Person) async throws -> WindowCalendar {
        WindowCalendar(timeZone: try await zoneName(of: person)) ?? .greenwich
    }

    /// As the IANA database calls it, and as it was chosen: Foundation calls UTC by another name.
    func zoneName(of person: Person) async throws -> String {
        if let zone = person.timeZone { return zone }
        return try await ports.organizations.current().timeZone
    }

    func zone(of person: Person) async throws -> TimeZone {
        try await calendar(of: person).timeZone
    }

    func response(_ page: some Page, status: HTTPResponse.Status = .ok) -> Response {
        .html(templates.render(page), status: status)
    }

    /// After a form: the browser asks for `path` by GET, so that reloading it sends nothing twice.
    ///
    /// - Parameters:
    ///   - path: of ours, ASCII.
    ///   - notice: shown once on the next page.
    func redirect(to path: String, notice: String? = nil) -> Response {
        var response = Response(status: .seeOther, headers: [.location: path])
        if let notice { response.setCookie(cookies.notice(notice)) }
        return response
    }

    var cookies: SiteCookies { SiteCookies(address: settings.address) }
}

extension WindowCalendar {
    fileprivate static let greenwich = WindowCalendar(timeZone: "UTC")!
}

extension Response {
    static func plain(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
