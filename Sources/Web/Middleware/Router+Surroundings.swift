import Core
import Hummingbird

extension Router where Context: IdentifiedContext {
    /// What stands around every route, outermost first: the request's id, the headers that every response has, errors
    /// too, the one place where errors become responses, and the refusal of what other sites' pages send.
    func surround(address: PublicAddress, templates: Templates, time: any TimeSource) {
        addMiddleware {
            RequestIdentification()
            SecurityHeaders(address: address)
            ErrorResponses(templates: templates, time: time)
            CrossOriginProtection(address: address)
        }
    }
}
