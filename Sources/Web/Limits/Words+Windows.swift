import Core

extension Words {
    /// One of a tier's limits on tokens.
    func limitOnTokens(per window: Window) -> String {
        switch window {
        case .hour: self("per hour")
        case .day: self("per day")
        case .week: self("per week")
        case .month: self("per month")
        case .minute: self("per minute")
        case .perRequest: self("per request")
        case .bucket: self("in a bucket")
        case .lifetime: self("once")
        }
    }
}
