import Core

/// Who is asking, and what the browser remembers of earlier visits.
struct Visit: Sendable {
    var signedIn: SignedIn?
    /// The session's own; forms of the admin panel carry a token that is derived from it.
    var sessionToken: SecretToken?
    /// Why it could not be found out who is asking.
    var failure: (any Error)?
    var theme = Theme.automatic
    /// A sentence about what was just done.
    var notice: String?
}
